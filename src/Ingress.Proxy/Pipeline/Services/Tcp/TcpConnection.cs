using System.Net;
using Ingress.Proxy.Pipeline.Transports;

namespace Ingress.Proxy.Pipeline.Services.Tcp;

/// <summary>What happens to a client's connection; returning ends it.</summary>
internal delegate Task TcpHandler(TcpConnection connection);

/// <summary>A client's connection on its way through a TCP router.</summary>
internal sealed class TcpConnection(IPEndPoint peer, IPEndPoint destination, Func<ValueTask<RelayEnd?>> open)
{
    /// <summary>The client, after any PROXY header.</summary>
    public IPEndPoint Peer => peer;

    /// <summary>What the client connected to, after any PROXY header.</summary>
    public IPEndPoint Destination => destination;

    /// <summary>Whether PostgreSQL's question for TLS was answered here on the server's behalf, and the server has to be asked as well.</summary>
    public bool StartsPostgresTls { get; init; }

    /// <summary>
    /// The client's side for relaying. Where TLS ends here the handshake happens now, which is after a server was reached: a client whose server is dead sees a
    /// refused handshake. Null where it failed.
    /// </summary>
    public ValueTask<RelayEnd?> OpenAsync() => open();
}
