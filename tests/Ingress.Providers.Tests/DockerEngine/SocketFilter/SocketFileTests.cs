using System.Net.Sockets;
using Ingress.Providers.DockerEngine.SocketFilter;
using Ingress.Testing;

namespace Ingress.Providers.Tests.DockerEngine.SocketFilter;

public sealed class SocketFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <inheritdoc/>
    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("listen.sock", "660", "", "--listen=listen.sock")]
    [InlineData("tcp://127.0.0.1:2375", "660", "", "--listen=tcp://127.0.0.1:2375")]
    [InlineData("/run/x.sock", "rw", "", "--mode=rw")]
    [InlineData("/run/x.sock", "689", "", "--mode=689")]
    [InlineData("/run/x.sock", "1777", "", "--mode=1777")]
    [InlineData("/run/x.sock", "660", "no such group", "--group=no such group")]
    public void AWrongFlagIsNamed(string listen, string mode, string group, string named)
    {
        Assert.Null(SocketFile.From(new SocketFilterOptions { Listen = listen, Mode = mode, Group = group }, out var fault));
        Assert.StartsWith(named, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void TheModeIsInForceBeforeAnyoneCanConnect()
    {
        var file = Read(mode: "640", group: "root");
        using var socket = file.Bind();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(file.Path));
        Assert.Equal(0u, file.Group);
        Assert.Throws<SocketException>(() => Connect(file.Path));
    }

    [Fact]
    public void ASocketThatAnEarlierRunLeftIsReplaced()
    {
        var file = Read();
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(file.Path + ".left"));
            File.Move(file.Path + ".left", file.Path);
        }

        using var socket = file.Bind();
        socket.Listen();
        Connect(file.Path);
    }

    [Fact]
    public void ASocketInUseIsLeftAlone()
    {
        var file = Read();
        using var first = file.Bind();
        first.Listen();

        Assert.Contains("another program listens", Assert.Throws<IOException>(() => file.Bind()).Message, StringComparison.Ordinal);
        Connect(file.Path);
    }

    [Fact]
    public void AFileThatIsNoSocketIsLeftAlone()
    {
        var file = Read();
        File.WriteAllText(file.Path, "data");

        Assert.Contains("no socket", Assert.Throws<IOException>(() => file.Bind()).Message, StringComparison.Ordinal);
        Assert.Equal("data", File.ReadAllText(file.Path));
    }

    private SocketFile Read(string mode = "660", string group = "") =>
        SocketFile.From(new SocketFilterOptions { Listen = "unix://" + folder.File("f.sock"), Mode = mode, Group = group }, out var fault) ?? throw new InvalidOperationException(fault);

    private static void Connect(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        Assert.True(socket.Connected);
    }
}
