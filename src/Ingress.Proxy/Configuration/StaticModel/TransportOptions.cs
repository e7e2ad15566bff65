using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>Transport to HTTP servers that name none (<c>serversTransport</c>); it is <c>default@internal</c>.</summary>
public sealed record StaticServersTransportOptions
{
    /// <summary>Accepts any certificate. Default: false.</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>Authorities to trust, as files or PEM text. Default: the system's.</summary>
    [Key("rootCAs")]
    public IReadOnlyList<string> RootCas { get; init; } = [];

    /// <summary>Idle connections kept per host. Default: 200.</summary>
    public int MaxIdleConnsPerHost { get; init; } = 200;

    /// <summary>Timeouts toward servers. Default: those of <see cref="StaticForwardingTimeoutsOptions"/>.</summary>
    public StaticForwardingTimeoutsOptions? ForwardingTimeouts { get; init; }

    /// <summary>SPIFFE identities to accept. Default: none.</summary>
    [AllowEmpty]
    public SpiffeConfig? Spiffe { get; init; }
}

/// <summary>Timeouts toward servers (<c>serversTransport.forwardingTimeouts</c>).</summary>
public sealed record StaticForwardingTimeoutsOptions
{
    /// <summary>How long a connection may take. Default: 30s; 0 is no limit.</summary>
    public GoDuration DialTimeout { get; init; } = GoDuration.FromSeconds(30);

    /// <summary>How long the answer's headers may take once the request is sent. Default: 0, no limit.</summary>
    public GoDuration ResponseHeaderTimeout { get; init; }

    /// <summary>How long an idle connection is kept. Default: 90s; 0 is no limit.</summary>
    public GoDuration IdleConnTimeout { get; init; } = GoDuration.FromSeconds(90);
}

/// <summary>Transport to TCP servers that name none (<c>tcpServersTransport</c>).</summary>
public sealed record StaticTcpServersTransportOptions
{
    /// <summary>Interval of keep-alive probes; 0 is the system's, negative is off. Default: 15s.</summary>
    public GoDuration DialKeepAlive { get; init; } = GoDuration.FromSeconds(15);

    /// <summary>How long a connection may take. Default: 30s.</summary>
    public GoDuration DialTimeout { get; init; } = GoDuration.FromSeconds(30);

    /// <summary>How long the other direction stays open after one side ended. Default: 0.</summary>
    public GoDuration TerminationDelay { get; init; }

    /// <summary>TLS to servers that ask for it. Default: the system's trust.</summary>
    [AllowEmpty]
    public StaticTcpTlsOptions? Tls { get; init; }
}

/// <summary>TLS toward TCP servers (<c>tcpServersTransport.tls</c>).</summary>
public sealed record StaticTcpTlsOptions
{
    /// <summary>Accepts any certificate. Default: false.</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>Authorities to trust, as files or PEM text. Default: the system's.</summary>
    [Key("rootCAs")]
    public IReadOnlyList<string> RootCas { get; init; } = [];

    /// <summary>SPIFFE identities to accept. Default: none.</summary>
    [AllowEmpty]
    public SpiffeConfig? Spiffe { get; init; }
}
