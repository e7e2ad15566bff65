using Ingress.Proxy.Observability;
using Ingress.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Ingress.Proxy.Tests.Observability;

public sealed class FileRotationTests
{
    [Fact]
    public void AFullFileIsMovedCompressedAndTheOldestRemoved()
    {
        using var folder = new TemporaryFolder();
        var time = new FakeTimeProvider();
        using (var target = new LineTarget(folder.File("own.log"), new FileRotation(10, MostFiles: 2, MostDays: 0, time)))
        {
            for (var line = 0; line < 5; line++)
            {
                target.Write("12345678\n"u8);
                time.Advance(TimeSpan.FromSeconds(1));
            }
        }

        Assert.Equal(2, Directory.GetFiles(folder.Path, "own-*.log.gz").Length);
        Assert.Equal("12345678\n", File.ReadAllText(folder.File("own.log")));
    }

    [Fact]
    public void AFileMovedAwayIsOpenedAnewOnRequest()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("deep/access.log");
        using var target = new LineTarget(path);
        target.Write("one\n"u8);
        File.Move(path, path + ".1");
        target.Write("two\n"u8);
        target.Reopen();
        target.Write("three\n"u8);

        Assert.Equal("one\ntwo\n", File.ReadAllText(path + ".1"));
        Assert.Equal("three\n", File.ReadAllText(path));
    }
}
