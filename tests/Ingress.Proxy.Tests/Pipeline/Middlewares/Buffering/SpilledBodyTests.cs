using Ingress.Proxy.Pipeline.Middlewares.Buffering;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Buffering;

public sealed class SpilledBodyTests
{
    [Theory]
    [InlineData(0, 10, false)]
    [InlineData(10, 10, false)]
    [InlineData(11, 10, true)]
    [InlineData(100_000, 50_000, true)]
    [InlineData(100_000, 200_000, false)]
    public async Task KeepsEverythingAndReadsItTwice(int length, long memory, bool spills)
    {
        var data = new byte[length];
        Random.Shared.NextBytes(data);
        await using var body = new SpilledBody(memory);
        foreach (var piece in data.Chunk(7_001))
        {
            await body.AppendAsync(piece, CancellationToken.None);
        }

        Assert.Equal(spills, body.IsSpilled);
        Assert.Equal(length, body.Length);
        for (var turn = 0; turn < 2; turn++)
        {
            var copy = new MemoryStream();
            await body.CopyToAsync(copy, CancellationToken.None);
            Assert.Equal(data, copy.ToArray());
        }
    }

    [Fact]
    public async Task LeavesNoFileBehindEvenWhileItIsInUse()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using var body = new SpilledBody(1);
        await body.AppendAsync(new byte[1_000], CancellationToken.None);

        Assert.True(body.IsSpilled);
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), "ingress-body-*"));
    }
}
