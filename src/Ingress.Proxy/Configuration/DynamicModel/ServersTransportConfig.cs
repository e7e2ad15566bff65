using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.DynamicModel;

/// <summary>How connections to servers are made (<c>http.serversTransports.NAME</c>).</summary>
public sealed record ServersTransportConfig
{
    /// <summary>The name sent as SNI and checked in the server's certificate. Default: the server's host.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>Accepts any certificate. Default: false.</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>Authorities to trust, as files or PEM text. Default: the system's.</summary>
    [Key("rootCAs")]
    public IReadOnlyList<string> RootCas { get; init; } = [];

    /// <summary>Client certificates to show. Default: none.</summary>
    public IReadOnlyList<TlsCertificateConfig> Certificates { get; init; } = [];

    /// <summary>Cipher suites by Go's names; an unknown one is an error. Default: the platform's.</summary>
    public IReadOnlyList<string> CipherSuites { get; init; } = [];

    /// <summary>The lowest version, <c>VersionTLS10</c> to <c>VersionTLS13</c>. Default: the platform's.</summary>
    public string MinVersion { get; init; } = "";

    /// <summary>The highest version, <c>VersionTLS10</c> to <c>VersionTLS13</c>. Default: the platform's.</summary>
    public string MaxVersion { get; init; } = "";

    /// <summary>Idle connections kept per host; 0 stands for 2. Default: 0.</summary>
    public int MaxIdleConnsPerHost { get; init; }

    /// <summary>Timeouts. Default: those of <see cref="ForwardingTimeoutsConfig"/>.</summary>
    public ForwardingTimeoutsConfig? ForwardingTimeouts { get; init; }

    /// <summary>Speaks HTTP/1.1 only. Default: false.</summary>
    [Key("disableHTTP2")]
    public bool DisableHttp2 { get; init; }

    /// <summary>A SAN URI that the server's certificate must carry. Default: none.</summary>
    [Key("peerCertURI")]
    public string PeerCertUri { get; init; } = "";

    /// <summary>SPIFFE identities to accept. Default: none.</summary>
    [AllowEmpty]
    public SpiffeConfig? Spiffe { get; init; }
}

/// <summary>Timeouts toward servers (<c>forwardingTimeouts</c>).</summary>
public sealed record ForwardingTimeoutsConfig
{
    /// <summary>How long a connection may take. Default: 30s; 0 is no limit.</summary>
    public GoDuration DialTimeout { get; init; } = GoDuration.FromSeconds(30);

    /// <summary>How long the answer's headers may take once the request is sent. Default: 0, no limit.</summary>
    public GoDuration ResponseHeaderTimeout { get; init; }

    /// <summary>How long an idle connection is kept. Default: 90s; 0 is no limit.</summary>
    public GoDuration IdleConnTimeout { get; init; } = GoDuration.FromSeconds(90);

    /// <summary>HTTP/2: silence after which the connection is pinged. Default: 0, never.</summary>
    public GoDuration ReadIdleTimeout { get; init; }

    /// <summary>HTTP/2: how long a ping may stay unanswered. Default: 15s.</summary>
    public GoDuration PingTimeout { get; init; } = GoDuration.FromSeconds(15);
}

/// <summary>SPIFFE identities (<c>spiffe</c>).</summary>
public sealed record SpiffeConfig
{
    /// <summary>Accepted identities. Default: none.</summary>
    [Key("ids")]
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>The accepted trust domain. Default: none.</summary>
    public string TrustDomain { get; init; } = "";
}
