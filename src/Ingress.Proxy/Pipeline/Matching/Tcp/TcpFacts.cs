using System.Net;

namespace Ingress.Proxy.Pipeline.Matching.Tcp;

/// <summary>What TCP rules may ask about a connection.</summary>
/// <param name="ServerName">The name in the TLS hello, in lower case and without a dot at its end; empty without one.</param>
/// <param name="Protocols">The protocols offered in the TLS hello (ALPN).</param>
/// <param name="Peer">The peer's address, after any PROXY header.</param>
internal readonly record struct TcpFacts(string ServerName, IReadOnlyList<string> Protocols, IPAddress Peer);

/// <summary>A condition on connections.</summary>
internal delegate bool TcpCondition(in TcpFacts facts);
