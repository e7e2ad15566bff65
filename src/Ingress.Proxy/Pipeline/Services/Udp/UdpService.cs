using System.Net;
using Ingress.Proxy.Pipeline.Services.Tcp;

namespace Ingress.Proxy.Pipeline.Services.Udp;

/// <summary>A UDP service: it says where a new session goes.</summary>
internal abstract class UdpService
{
    /// <summary>The server for a new session, or null where there is none.</summary>
    public abstract UdpServer? Next();
}

/// <summary>One server of a UDP service.</summary>
internal sealed class UdpServer(string host, int port)
{
    /// <summary>The address, without a look-up; null for a name.</summary>
    public IPEndPoint? Endpoint { get; } = IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : null;

    public string Host => host;

    public int Port => port;
}

/// <summary>Sends sessions to servers in turn, beginning anywhere.</summary>
internal sealed class UdpLoadBalancer(UdpServer[] servers) : UdpService
{
    private uint turn = (uint)Random.Shared.Next();

    /// <inheritdoc/>
    public override UdpServer? Next() => servers.Length == 0 ? null : servers[Interlocked.Increment(ref turn) % (uint)servers.Length];
}

/// <summary>Sends sessions to other services by weight.</summary>
internal sealed class UdpWeighted(IReadOnlyList<(UdpService Item, int Weight)> children) : UdpService
{
    private readonly WeightedTurns<UdpService> turns = new(children);

    /// <inheritdoc/>
    public override UdpServer? Next() => turns.Next(_ => true)?.Next();
}
