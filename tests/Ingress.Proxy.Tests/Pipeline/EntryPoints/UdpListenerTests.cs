using System.Net;
using System.Net.Sockets;
using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Pipeline.EntryPoints;
using Ingress.Proxy.Pipeline.Services.Udp;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingress.Proxy.Tests.Pipeline.EntryPoints;

public sealed class UdpListenerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SessionsAreRelayedAndKeepTheirServer(bool reusePort)
    {
        using var first = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var second = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var options = new EntryPointOptions
        {
            Address = "127.0.0.1:0/udp",
            ReusePort = reusePort,
            Transport = new EntryPointTransportOptions { LifeCycle = new LifeCycleOptions { GraceTimeOut = GoDuration.Zero } },
        };
        using var listener = new UdpListener("udp", options, NullLoggerFactory.Instance, TimeProvider.System);
        listener.Start();
        listener.Service = To(first);
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        client.Connect(listener.Endpoint);
        await client.SendAsync(Encoding.ASCII.GetBytes("one"));
        await AnswerAsync(first);
        Assert.Equal("re:one", await TextAsync(client));

        listener.Service = To(second);
        await client.SendAsync(Encoding.ASCII.GetBytes("two"));
        await AnswerAsync(first);
        Assert.Equal("re:two", await TextAsync(client));

        using var other = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        other.Connect(listener.Endpoint);
        await other.SendAsync(Encoding.ASCII.GetBytes("three"));
        await AnswerAsync(second);
        Assert.Equal("re:three", await TextAsync(other));
        await listener.StopAsync();
    }

    private static UdpLoadBalancer To(UdpClient server) => new([new UdpServer("127.0.0.1", ((IPEndPoint)server.Client.LocalEndPoint!).Port)]);

    private static async Task AnswerAsync(UdpClient server)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var received = await server.ReceiveAsync(limit.Token);
        await server.SendAsync(Encoding.ASCII.GetBytes("re:" + Encoding.ASCII.GetString(received.Buffer)), received.RemoteEndPoint, limit.Token);
    }

    private static async Task<string> TextAsync(UdpClient client)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return Encoding.ASCII.GetString((await client.ReceiveAsync(limit.Token)).Buffer);
    }
}
