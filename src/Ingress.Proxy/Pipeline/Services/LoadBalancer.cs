using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Pipeline.Services.Health;

namespace Ingress.Proxy.Pipeline.Services;

/// <summary>Balances requests over servers (<c>http.services.NAME.loadBalancer</c>).</summary>
public sealed record LoadBalancerOptions
{
    /// <summary>Keeps a client at its server by a cookie. Default: none.</summary>
    public StickyOptions? Sticky { get; init; }

    /// <summary>The servers. Default: none.</summary>
    public IReadOnlyList<ServerOptions> Servers { get; init; } = [];

    /// <summary>How a server is chosen: <c>wrr</c>, <c>p2c</c>, <c>hrw</c> or <c>leasttime</c>. Default: <c>wrr</c>.</summary>
    public string Strategy { get; init; } = "wrr";

    /// <summary>Probes the servers. Default: none.</summary>
    public HealthCheckOptions? HealthCheck { get; init; }

    /// <summary>Watches the requests for failing servers. Default: none.</summary>
    [AllowEmpty]
    public PassiveHealthCheckOptions? PassiveHealthCheck { get; init; }

    /// <summary>Passes the client's Host on; otherwise the server's. Default: true.</summary>
    [AlwaysShown]
    public bool? PassHostHeader { get; init; } = true;

    /// <summary>How answers are forwarded. Default: flushed every 100 ms.</summary>
    public ResponseForwardingOptions? ResponseForwarding { get; init; } = new();

    /// <summary>The transport. Default: the static one.</summary>
    public string ServersTransport { get; init; } = "";
}

/// <summary>One server of a load balancer.</summary>
public sealed record ServerOptions
{
    /// <summary>Its address; scheme <c>http</c>, <c>https</c> or <c>h2c</c>. Default: none.</summary>
    [Key("url")]
    public string Url { get; init; } = "";

    /// <summary>Its share; 0 or less excludes it. Default: 1.</summary>
    [AlwaysShown]
    public int? Weight { get; init; }

    /// <summary>Puts the URL's path before the request's. Default: false.</summary>
    public bool PreservePath { get; init; }

    /// <summary>Whether the server is going away and only takes sticky clients; set by providers. Default: false.</summary>
    [NotFromLabels]
    public bool Fenced { get; init; }

    /// <summary>Labels only: the scheme of the container's address. Default: <c>http</c>.</summary>
    [NotShown]
    public string Scheme { get; init; } = "";

    /// <summary>Labels only: the port of the container's address. Default: none.</summary>
    [NotShown]
    public string Port { get; init; } = "";
}

/// <summary>How answers are forwarded (<c>responseForwarding</c>).</summary>
public sealed record ResponseForwardingOptions
{
    /// <summary>Time between two flushes; negative flushes each write. Default: 100ms.</summary>
    public GoDuration FlushInterval { get; init; } = GoDuration.FromMilliseconds(100);
}
