using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>Where bytes arrive (<c>entryPoints.NAME</c>).</summary>
[AllowEmpty]
public sealed record EntryPointOptions
{
    /// <summary><c>[host]:port[/tcp or /udp]</c>. Default: none.</summary>
    public string Address { get; init; } = "";

    /// <summary>Lets user routers take the ACME challenges. Default: false.</summary>
    [Key("allowACMEByPass")]
    public bool AllowAcmeByPass { get; init; }

    /// <summary>Sets SO_REUSEPORT. Default: false.</summary>
    public bool ReusePort { get; init; }

    /// <summary>Is one of the entry points of routers that name none. Default: false.</summary>
    public bool AsDefault { get; init; }

    /// <summary>Timeouts and life cycle. Default: those of <see cref="EntryPointTransportOptions"/>.</summary>
    public EntryPointTransportOptions Transport { get; init; } = new();

    /// <summary>Reads PROXY headers. Default: no.</summary>
    [AllowEmpty]
    public ProxyProtocolOptions? ProxyProtocol { get; init; }

    /// <summary>Whose X-Forwarded headers are believed. Default: nobody's.</summary>
    public ForwardedHeadersOptions ForwardedHeaders { get; init; } = new();

    /// <summary>HTTP on this entry point. Default: those of <see cref="EntryPointHttpOptions"/>.</summary>
    public EntryPointHttpOptions Http { get; init; } = new();

    /// <summary>HTTP/2 on this entry point. Default: those of <see cref="EntryPointHttp2Options"/>.</summary>
    public EntryPointHttp2Options Http2 { get; init; } = new();

    /// <summary>HTTP/3 on the same port over UDP. Default: off.</summary>
    [AllowEmpty]
    public EntryPointHttp3Options? Http3 { get; init; }

    /// <summary>UDP on this entry point. Default: those of <see cref="EntryPointUdpOptions"/>.</summary>
    [Key("udp")]
    public EntryPointUdpOptions Udp { get; init; } = new();

    /// <summary>Which signals requests leave where the router does not say. Default: not given, which is all of them.</summary>
    public EntryPointObservabilityOptions? Observability { get; init; }
}

/// <summary>Timeouts and life cycle of an entry point (<c>transport</c>).</summary>
public sealed record EntryPointTransportOptions
{
    /// <summary>How it stops. Default: those of <see cref="LifeCycleOptions"/>.</summary>
    public LifeCycleOptions LifeCycle { get; init; } = new();

    /// <summary>How long clients may take. Default: those of <see cref="RespondingTimeoutsOptions"/>.</summary>
    public RespondingTimeoutsOptions RespondingTimeouts { get; init; } = new();

    /// <summary>The age at which a connection is closed after its answer. Default: 0, never.</summary>
    public GoDuration KeepAliveMaxTime { get; init; }

    /// <summary>The number of requests after which a connection is closed. Default: 0, never.</summary>
    public int KeepAliveMaxRequests { get; init; }
}

/// <summary>How an entry point stops (<c>transport.lifeCycle</c>).</summary>
public sealed record LifeCycleOptions
{
    /// <summary>How long it still accepts after the signal. Default: 0.</summary>
    public GoDuration RequestAcceptGraceTimeout { get; init; }

    /// <summary>How long active requests may go on after that. Default: 10s.</summary>
    public GoDuration GraceTimeOut { get; init; } = GoDuration.FromSeconds(10);
}

/// <summary>How long clients may take (<c>transport.respondingTimeouts</c>).</summary>
public sealed record RespondingTimeoutsOptions
{
    /// <summary>The whole request including its body. Default: 60s; 0 is no limit.</summary>
    public GoDuration ReadTimeout { get; init; } = GoDuration.FromSeconds(60);

    /// <summary>The whole answer. Default: 0, no limit.</summary>
    public GoDuration WriteTimeout { get; init; }

    /// <summary>Silence between two requests. Default: 180s; 0 is no limit.</summary>
    public GoDuration IdleTimeout { get; init; } = GoDuration.FromSeconds(180);
}

/// <summary>Reads PROXY headers (<c>proxyProtocol</c>).</summary>
public sealed record ProxyProtocolOptions
{
    /// <summary>Believes everybody. Default: false.</summary>
    public bool Insecure { get; init; }

    /// <summary>Addresses and ranges to believe. Default: none.</summary>
    [Key("trustedIPs")]
    public IReadOnlyList<string> TrustedIps { get; init; } = [];
}

/// <summary>Whose X-Forwarded headers are believed (<c>forwardedHeaders</c>).</summary>
public sealed record ForwardedHeadersOptions
{
    /// <summary>Believes everybody. Default: false.</summary>
    public bool Insecure { get; init; }

    /// <summary>Addresses and ranges to believe. Default: none.</summary>
    [Key("trustedIPs")]
    public IReadOnlyList<string> TrustedIps { get; init; } = [];

    /// <summary>Headers that stay for the middlewares though Connection lists them. Default: none.</summary>
    public IReadOnlyList<string> Connection { get; init; } = [];

    /// <summary>Does not add the client's address to X-Forwarded-For. Default: false.</summary>
    [Key("notAppendXForwardedFor")]
    public bool NotAppendXForwardedFor { get; init; }
}

/// <summary>HTTP/2 on an entry point (<c>http2</c>).</summary>
public sealed record EntryPointHttp2Options
{
    /// <summary>Streams at once on a connection. Default: 250; negative is an error.</summary>
    public int MaxConcurrentStreams { get; init; } = 250;

    /// <summary>Bytes of the table for reading headers. Default: 4096; negative is an error.</summary>
    public int MaxDecoderHeaderTableSize { get; init; } = 4096;

    /// <summary>Bytes of the table for writing headers. Default: 4096; negative is an error.</summary>
    public int MaxEncoderHeaderTableSize { get; init; } = 4096;
}

/// <summary>HTTP/3 on an entry point (<c>http3</c>).</summary>
public sealed record EntryPointHttp3Options
{
    /// <summary>The UDP port that Alt-Svc names. Default: 0, the entry point's own.</summary>
    public int AdvertisedPort { get; init; }
}

/// <summary>UDP on an entry point (<c>udp</c>).</summary>
public sealed record EntryPointUdpOptions
{
    /// <summary>Silence after which a session ends. Default: 3s; must be above 0.</summary>
    public GoDuration Timeout { get; init; } = GoDuration.FromSeconds(3);
}

/// <summary>Which signals requests leave where the router does not say (<c>observability</c>).</summary>
public sealed record EntryPointObservabilityOptions
{
    /// <summary>Whether requests are written to the access log. Default: true.</summary>
    [AlwaysShown]
    public bool? AccessLogs { get; init; } = true;

    /// <summary>Whether requests are counted. Default: true.</summary>
    [AlwaysShown]
    public bool? Metrics { get; init; } = true;

    /// <summary>Whether requests are traced. Default: true.</summary>
    [AlwaysShown]
    public bool? Tracing { get; init; } = true;

    /// <summary>How much a trace tells: <c>minimal</c> or <c>detailed</c>. Default: <c>minimal</c>.</summary>
    public string TraceVerbosity { get; init; } = "minimal";
}
