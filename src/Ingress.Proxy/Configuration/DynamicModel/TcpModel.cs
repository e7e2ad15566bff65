using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Pipeline.Services.Tcp;

namespace Ingress.Proxy.Configuration.DynamicModel;

/// <summary>The <c>tcp</c> section.</summary>
public sealed record TcpConfiguration
{
    /// <summary>Routers by name. Default: none.</summary>
    public IReadOnlyDictionary<string, TcpRouterConfig>? Routers { get; init; }

    /// <summary>Services by name. Default: none.</summary>
    public IReadOnlyDictionary<string, TcpServiceConfig>? Services { get; init; }

    /// <summary>Middlewares by name. Default: none.</summary>
    public IReadOnlyDictionary<string, TcpMiddlewareConfig>? Middlewares { get; init; }

    /// <summary>Transports to servers by name. Default: none.</summary>
    [NotFromLabels]
    public IReadOnlyDictionary<string, TcpServersTransportConfig>? ServersTransports { get; init; }
}

/// <summary>One TCP router (<c>tcp.routers.NAME</c>).</summary>
public sealed record TcpRouterConfig
{
    /// <summary>Entry points it listens on. Default: the default entry points.</summary>
    public IReadOnlyList<string> EntryPoints { get; init; } = [];

    /// <summary>Middlewares in order. Default: none.</summary>
    public IReadOnlyList<string> Middlewares { get; init; } = [];

    /// <summary>The service it sends to. Default: none.</summary>
    public string Service { get; init; } = "";

    /// <summary>The rule that a connection must match. Default: none.</summary>
    public string Rule { get; init; } = "";

    /// <summary>The rule's syntax: <c>v2</c> or <c>v3</c>. Default: empty, which is v3.</summary>
    public string RuleSyntax { get; init; } = "";

    /// <summary>Who wins among matching routers: the higher. Default: 0, which stands for the rule's length.</summary>
    public long Priority { get; init; }

    /// <summary>TLS settings. Default: none, clear text.</summary>
    [AllowEmpty]
    public TcpRouterTlsConfig? Tls { get; init; }
}

/// <summary>TLS settings of a TCP router.</summary>
public sealed record TcpRouterTlsConfig
{
    /// <summary>Passes the TLS bytes on as they are. Default: false.</summary>
    [AlwaysShown]
    public bool Passthrough { get; init; }

    /// <summary>The name of the TLS options. Default: empty, which is <c>default</c>.</summary>
    public string Options { get; init; } = "";

    /// <summary>The certificate resolver. Default: none.</summary>
    public string CertResolver { get; init; } = "";

    /// <summary>The certificates to ask for. Default: those of the rule's HostSNI.</summary>
    public IReadOnlyList<TlsDomain> Domains { get; init; } = [];
}

/// <summary>One TCP service (<c>tcp.services.NAME</c>).</summary>
public sealed record TcpServiceConfig
{
    /// <summary>Balances over servers. Default: none.</summary>
    public TcpLoadBalancerOptions? LoadBalancer { get; init; }

    /// <summary>Balances over services by weight. Default: none.</summary>
    [NotFromLabels]
    public TcpWeightedOptions? Weighted { get; init; }
}

/// <summary>One TCP middleware (<c>tcp.middlewares.NAME</c>); types as in <c>TcpMiddlewareCatalog</c>.</summary>
[Catalog("tcpMiddlewares")]
public sealed record TcpMiddlewareConfig : CatalogSection;

/// <summary>How TCP connections to servers are made (<c>tcp.serversTransports.NAME</c>).</summary>
public sealed record TcpServersTransportConfig
{
    /// <summary>Interval of keep-alive probes; 0 is the system's, negative is off. Default: 15s.</summary>
    public GoDuration DialKeepAlive { get; init; } = GoDuration.FromSeconds(15);

    /// <summary>How long a connection may take. Default: 30s.</summary>
    public GoDuration DialTimeout { get; init; } = GoDuration.FromSeconds(30);

    /// <summary>Sends a PROXY header. Default: none.</summary>
    [AllowEmpty]
    public TcpProxyProtocolConfig? ProxyProtocol { get; init; }

    /// <summary>How long the other direction stays open after one side ended; negative is for ever. Default: 100ms.</summary>
    public GoDuration TerminationDelay { get; init; } = GoDuration.FromMilliseconds(100);

    /// <summary>TLS to servers that ask for it. Default: none.</summary>
    [AllowEmpty]
    public TcpClientTlsConfig? Tls { get; init; }
}

/// <summary>PROXY protocol toward servers.</summary>
public sealed record TcpProxyProtocolConfig
{
    /// <summary>The version, 1 or 2. Default: 2.</summary>
    public int Version { get; init; } = 2;
}

/// <summary>TLS toward TCP servers.</summary>
public sealed record TcpClientTlsConfig
{
    /// <summary>The name sent as SNI and checked. Default: the server's host.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>Accepts any certificate. Default: false.</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>Authorities to trust, as files or PEM text. Default: the system's.</summary>
    [Key("rootCAs")]
    public IReadOnlyList<string> RootCas { get; init; } = [];

    /// <summary>Client certificates to show. Default: none.</summary>
    public IReadOnlyList<TlsCertificateConfig> Certificates { get; init; } = [];

    /// <summary>A SAN URI that the server's certificate must carry. Default: none.</summary>
    [Key("peerCertURI")]
    public string PeerCertUri { get; init; } = "";

    /// <summary>SPIFFE identities to accept. Default: none.</summary>
    [AllowEmpty]
    public SpiffeConfig? Spiffe { get; init; }
}
