using System.Net;
using System.Net.Sockets;
using Ingress.Proxy.Pipeline.EntryPoints;

namespace Ingress.Proxy.Tests.Pipeline.EntryPoints;

public sealed class UdpSessionTableTests
{
    [Fact]
    public void AFloodOfSourcesPushesOutOnlyItself()
    {
        var table = new UdpSessionTable(mostEstablished: 10, mostUnanswered: 5);
        var steady = Session(1);
        table.Add(steady);
        table.Establish(steady);
        for (var port = 2; port < 2000; port++)
        {
            table.Add(Session(port));
        }

        Assert.Equal(6, table.Count);
        Assert.Same(steady, table.Find(steady.Client));
        Assert.Null(table.Find(new IPEndPoint(IPAddress.Loopback, 2)));
        Assert.NotNull(table.Find(new IPEndPoint(IPAddress.Loopback, 1999)));
    }

    [Fact]
    public void TheOldestEstablishedSessionGivesWay()
    {
        var table = new UdpSessionTable(mostEstablished: 2, mostUnanswered: 5);
        foreach (var port in new[] { 1, 2, 3 })
        {
            var session = Session(port);
            table.Add(session);
            table.Establish(session);
        }

        Assert.Equal(2, table.Count);
        Assert.Null(table.Find(new IPEndPoint(IPAddress.Loopback, 1)));
    }

    [Fact]
    public void SilentSessionsEnd()
    {
        var table = new UdpSessionTable();
        var silent = Session(1);
        var active = Session(2);
        silent.Touch(10);
        active.Touch(20);
        table.Add(silent);
        table.Add(active);
        table.EndSilentSince(15);
        Assert.Null(table.Find(silent.Client));
        Assert.Same(active, table.Find(active.Client));
        table.Establish(silent);
        Assert.Equal(1, table.Count);
    }

    private static UdpSession Session(int port)
        => new(new IPEndPoint(IPAddress.Loopback, port), new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp), null!);
}
