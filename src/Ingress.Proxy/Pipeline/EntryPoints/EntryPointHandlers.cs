using Ingress.Proxy.Pipeline.Matching;
using Ingress.Proxy.Pipeline.Matching.Tcp;
using Ingress.Proxy.Tls;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>What one entry point does with its traffic in one snapshot; immutable, swapped as a whole.</summary>
internal sealed class EntryPointHandlers
{
    /// <summary>Answers 404 to everything: what is in force before the first configuration.</summary>
    public static EntryPointHandlers Nothing { get; } = new() { Http = HttpRouter.Empty, Https = HttpRouter.Empty };

    /// <summary>The routers for clear-text requests.</summary>
    public required HttpRouter Http { get; init; }

    /// <summary>The routers for requests over TLS.</summary>
    public required HttpRouter Https { get; init; }

    /// <summary>The TCP routers for clear-text connections.</summary>
    public TcpRouter Tcp { get; init; } = TcpRouter.Empty;

    /// <summary>The TCP routers for TLS connections, to be ended here or passed on.</summary>
    public TcpRouter TcpTls { get; init; } = TcpRouter.Empty;

    /// <summary>Certificates and TLS options by server name; null before the first configuration, when no handshake succeeds.</summary>
    public TlsSelector? Tls { get; init; }
}
