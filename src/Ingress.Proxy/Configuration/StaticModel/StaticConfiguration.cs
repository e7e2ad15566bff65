using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Tls.Acme;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>The install configuration: read once at start from a file, from flags or from the environment.</summary>
public sealed record StaticConfiguration
{
    /// <summary>Settings of the whole process (<c>global</c>). Default: those of <see cref="GlobalOptions"/>.</summary>
    public GlobalOptions Global { get; init; } = new();

    /// <summary>Transport to HTTP servers that name none (<c>serversTransport</c>). Default: those of <see cref="StaticServersTransportOptions"/>.</summary>
    public StaticServersTransportOptions ServersTransport { get; init; } = new();

    /// <summary>Transport to TCP servers that name none (<c>tcpServersTransport</c>). Default: those of <see cref="StaticTcpServersTransportOptions"/>.</summary>
    public StaticTcpServersTransportOptions TcpServersTransport { get; init; } = new();

    /// <summary>Where bytes arrive, by name (<c>entryPoints</c>). Default: one named <c>http</c> on port 80, added when the configuration is completed.</summary>
    public IReadOnlyDictionary<string, EntryPointOptions> EntryPoints { get; init; } = new Dictionary<string, EntryPointOptions>();

    /// <summary>Where routes come from (<c>providers</c>). Default: nowhere.</summary>
    public ProvidersOptions Providers { get; init; } = new();

    /// <summary>The API and the dashboard (<c>api</c>). Default: off.</summary>
    [AllowEmpty]
    public ApiOptions? Api { get; init; }

    /// <summary>What is measured and where it goes (<c>metrics</c>). Default: nothing.</summary>
    public MetricsOptions? Metrics { get; init; }

    /// <summary>The ping endpoint (<c>ping</c>). Default: off.</summary>
    [AllowEmpty]
    public PingOptions? Ping { get; init; }

    /// <summary>The process log (<c>log</c>). Default: errors to standard output.</summary>
    [AllowEmpty]
    public LogOptions? Log { get; init; }

    /// <summary>The access log (<c>accessLog</c>). Default: off.</summary>
    [AllowEmpty]
    public AccessLogOptions? AccessLog { get; init; }

    /// <summary>Traces (<c>tracing</c>). Default: off.</summary>
    [AllowEmpty]
    public TracingOptions? Tracing { get; init; }

    /// <summary>CNAME flattening (<c>hostResolver</c>). Default: off.</summary>
    [AllowEmpty]
    public HostResolverOptions? HostResolver { get; init; }

    /// <summary>Where certificates are obtained, by name (<c>certificatesResolvers</c>). Default: nowhere.</summary>
    public IReadOnlyDictionary<string, CertificateResolverOptions> CertificatesResolvers { get; init; } = new Dictionary<string, CertificateResolverOptions>();

    /// <summary>Features that may still change (<c>experimental</c>). Default: none.</summary>
    public ExperimentalOptions? Experimental { get; init; }

    /// <summary>Rule syntax and TLS option strictness (<c>core</c>). Default: v3.</summary>
    public CoreOptions? Core { get; init; }

    /// <summary>The SPIFFE workload API (<c>spiffe</c>). Default: none.</summary>
    public SpiffeOptions? Spiffe { get; init; }

    /// <summary>OCSP stapling (<c>ocsp</c>). Default: off.</summary>
    [AllowEmpty]
    public OcspOptions? Ocsp { get; init; }

    /// <summary>Whom to tell about certificates in trouble (<c>alerts</c>), an addition of Ingress. Default: nobody but the log.</summary>
    public AlertOptions? Alerts { get; init; }

    /// <summary>Modules beside the proxy (<c>planes</c>), an addition of Ingress. Default: none.</summary>
    public PlanesOptions Planes { get; init; } = new();
}
