using System.Text;
using Ingress.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Tests.Pipeline;

public sealed class ReplayableBodyTests
{
    [Fact]
    public async Task ReadsFromTheStartAgainAfterAPartialRead()
    {
        using var body = new ReplayableBody(Source(40_000), 100_000);
        var first = new byte[20_000];
        await body.OpenRead().ReadExactlyAsync(first);

        Assert.Equal(Text(40_000), await ReadAllAsync(body.OpenRead()));
        Assert.Equal(Text(40_000), await ReadAllAsync(body.OpenRead()));
        Assert.True(body.IsComplete);
        Assert.Equal(40_000, body.Length);
    }

    [Theory]
    [InlineData(40_000, 40_000, false)]
    [InlineData(40_000, 39_999, true)]
    [InlineData(40_000, 0, true)]
    [InlineData(0, 0, false)]
    public async Task PassesALongBodyThroughOnce(int length, long limit, bool exceeded)
    {
        using var body = new ReplayableBody(Source(length), limit);

        Assert.Equal(Text(length), await ReadAllAsync(body.OpenRead()));
        Assert.Equal(exceeded, body.Exceeded);
        Assert.Equal(!exceeded, body.CanOpen);
        if (exceeded)
        {
            Assert.Throws<InvalidOperationException>(() => body.OpenRead());
        }
    }

    [Theory]
    [InlineData(50_000, true)]
    [InlineData(20_000, false)]
    public async Task FillingReadsAheadAndLosesNothingBeyondTheLimit(long limit, bool all)
    {
        using var body = new ReplayableBody(Source(50_000), limit);

        Assert.Equal(all, await body.FillAsync(CancellationToken.None));
        Assert.True(body.CanOpen);
        Assert.Equal(Text(50_000), await ReadAllAsync(body.OpenRead()));
        Assert.Equal(all, body.CanOpen);
    }

    [Fact]
    public async Task ASharedBodyOutlivesItsRequest()
    {
        var body = new ReplayableBody(Source(1_000), 2_000);
        await body.FillAsync(CancellationToken.None);
        var share = body.Retain();
        body.Dispose();

        Assert.Equal(Text(1_000), await ReadAllAsync(share.OpenRead()));
        share.Dispose();
    }

    [Fact]
    public async Task ARequestWithoutABodyReadsAsEmpty()
    {
        var context = new DefaultHttpContext();
        context.Request.ContentLength = 0;
        using var body = ReplayableBody.Of(context.Request, 10);

        Assert.Equal("", await ReadAllAsync(body.OpenRead()));
        Assert.True(body.CanOpen);
    }

    private static MemoryStream Source(int length) => new(Encoding.ASCII.GetBytes(Text(length)), writable: false);

    private static string Text(int length)
    {
        var text = new char[length];
        for (var i = 0; i < length; i++)
        {
            text[i] = (char)('a' + (i % 23));
        }

        return new string(text);
    }

    private static async Task<string> ReadAllAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync();
    }
}
