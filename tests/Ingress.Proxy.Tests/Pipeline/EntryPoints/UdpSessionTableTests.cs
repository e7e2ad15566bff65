using System.Net;
using System.Net.Sockets;
using Ingress.Proxy.Pipeline.EntryPoints;

namespace Ingress.Proxy.Tests.Pipeline.EntryPoints;

public sealed class UdpSessionTableTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AFloodOfSourcesPushesOutOnlyItself(bool serverAnswers)
    {
        var table = new UdpSessionTable(mostEstablished: 10, mostUnproven: 5);
        var steady = Established(table, 1);
        for (var port = 2; port < 2000; port++)
        {
            var invented = Session(port);
            table.Add(invented);
            if (serverAnswers)
            {
                invented.TouchByServer(0);
            }
        }

        Assert.Equal(6, table.Count);
        Assert.Same(steady, table.Find(steady.Client));
        Assert.Null(table.Find(Address(2)));
        Assert.NotNull(table.Find(Address(1999)));
    }

    [Fact]
    public void TheEstablishedSessionWhoseClientWasSilentLongestGivesWay()
    {
        var table = new UdpSessionTable(mostEstablished: 2, mostUnproven: 5);
        var first = Established(table, 1);
        Established(table, 2);
        Assert.Same(first, table.Find(first.Client));
        Established(table, 3);
        Assert.Equal(2, table.Count);
        Assert.Null(table.Find(Address(2)));
        Assert.Same(first, table.Find(first.Client));
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
        Assert.Equal(1, table.Count);
    }

    private static UdpSession Established(UdpSessionTable table, int port)
    {
        var session = Session(port);
        table.Add(session);
        session.TouchByServer(0);
        Assert.Same(session, table.Find(session.Client));
        return session;
    }

    private static SocketAddress Address(int port) => new IPEndPoint(IPAddress.Loopback, port).Serialize();

    private static UdpSession Session(int port)
        => new(Address(port), new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp), null!);
}
