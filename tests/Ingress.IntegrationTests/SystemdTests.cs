using System.Net;
using System.Net.Sockets;
using System.Text;
using Ingress.Testing;

namespace Ingress.IntegrationTests;

/// <summary>What a systemd unit gives and is told: sockets by name, readiness, signs of life, the end.</summary>
public sealed class SystemdTests
{
    // Opens a socket as systemd would, hands it over as the first descriptor, and becomes the proxy.
    private const string HandOver = """
        import os, socket, sys
        listener = socket.socket(); listener.bind(("127.0.0.1", int(sys.argv[1]))); listener.listen()
        os.dup2(listener.fileno(), 3); os.set_inheritable(3, True)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="web")
        os.execv(sys.argv[2], sys.argv[2:])
        """;

    [Fact]
    public async Task AnEntryPointTakesTheSocketOfItsName()
    {
        var port = FreePort.Next();
        await using var proxy = await ProxyProcess.StartAsync(new ProxySetup
        {
            Wrapper = ["python3", "-c", HandOver, port.ToString(System.Globalization.CultureInfo.InvariantCulture)],
            Dynamic = "http:\n  routers:\n    all:\n      rule: PathPrefix(`/`)\n      service: ping@internal\n",
        });
        using var answer = await proxy.Client.GetAsync(new Uri($"http://127.0.0.1:{port}/ping"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => proxy.Client.GetAsync(new Uri(proxy.Web, "/ping")));
    }

    [Fact]
    public async Task TheUnitIsToldOfStartLifeAndEnd()
    {
        using var folder = new TemporaryFolder();
        using var unit = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        unit.Bind(new UnixDomainSocketEndPoint(folder.File("notify")));
        await using var proxy = await ProxyProcess.StartAsync(new ProxySetup
        {
            Environment = new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = folder.File("notify"), ["WATCHDOG_USEC"] = "200000" },
        });

        Assert.Equal("READY=1", await ReceiveAsync(unit));
        Assert.Equal("WATCHDOG=1", await ReceiveAsync(unit));
        Assert.Equal("WATCHDOG=1", await ReceiveAsync(unit));
        proxy.Run.Signal(15);
        Assert.Equal(0, await proxy.Run.ExitCodeAsync(TimeSpan.FromSeconds(30)));
        var told = new List<string>();
        while (unit.Available > 0)
        {
            told.Add(await ReceiveAsync(unit));
        }

        Assert.Contains("STOPPING=1", told);
    }

    private static async Task<string> ReceiveAsync(Socket unit)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var buffer = new byte[256];
        var length = await unit.ReceiveAsync(buffer, limit.Token);
        return Encoding.ASCII.GetString(buffer, 0, length);
    }
}
