using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;

namespace Ingress.Proxy.Pipeline.Services.Tcp;

/// <summary>Balances connections over servers (<c>tcp.services.NAME.loadBalancer</c>).</summary>
public sealed record TcpLoadBalancerOptions
{
    /// <summary>The servers. Default: none.</summary>
    [LabelItem("server")]
    public IReadOnlyList<TcpServerOptions> Servers { get; init; } = [];

    /// <summary>The transport. Default: the static one.</summary>
    public string ServersTransport { get; init; } = "";

    /// <summary>Deprecated: PROXY protocol toward the servers. Default: none.</summary>
    [AllowEmpty]
    public TcpProxyProtocolConfig? ProxyProtocol { get; init; }

    /// <summary>Deprecated: how long the other direction stays open after one side ended; Traefik 3 takes it as nanoseconds, so only a negative one, which is for ever, makes a difference. Default: not given.</summary>
    public long? TerminationDelay { get; init; }

    /// <summary>Probes the servers. Default: none.</summary>
    [AllowEmpty]
    public TcpHealthCheckOptions? HealthCheck { get; init; }
}

/// <summary>One server of a TCP service.</summary>
public sealed record TcpServerOptions
{
    /// <summary><c>host:port</c>. Default: none.</summary>
    public string Address { get; init; } = "";

    /// <summary>Labels only: the port of the container's address. Default: none.</summary>
    [NotShown]
    public string Port { get; init; } = "";

    /// <summary>Speaks TLS to the server. Default: false.</summary>
    public bool Tls { get; init; }
}

/// <summary>Active health check of TCP servers (<c>healthCheck</c>).</summary>
public sealed record TcpHealthCheckOptions
{
    /// <summary>Another port to probe. Default: 0, the server's own.</summary>
    public int Port { get; init; }

    /// <summary>What to send. Default: nothing.</summary>
    public string Send { get; init; } = "";

    /// <summary>What must come back. Default: nothing.</summary>
    public string Expect { get; init; } = "";

    /// <summary>Time between two probes. Default: 30s.</summary>
    public GoDuration Interval { get; init; } = GoDuration.FromSeconds(30);

    /// <summary>Time between two probes of an unhealthy server. Default: the interval.</summary>
    public GoDuration? UnhealthyInterval { get; init; }

    /// <summary>How long a probe may take. Default: 5s.</summary>
    public GoDuration Timeout { get; init; } = GoDuration.FromSeconds(5);
}

/// <summary>Balances connections over services (<c>tcp.services.NAME.weighted</c>).</summary>
public sealed record TcpWeightedOptions
{
    /// <summary>The services. Default: none.</summary>
    public IReadOnlyList<TcpWeightedChild> Services { get; init; } = [];

    /// <summary>Takes the health of the children into account. Default: no.</summary>
    [AllowEmpty]
    public PropagatedHealthOptions? HealthCheck { get; init; }
}

/// <summary>One service in a weighted TCP service.</summary>
public sealed record TcpWeightedChild
{
    /// <summary>The service's name. Default: none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its share; 0 gets nothing. Default: 1.</summary>
    [AlwaysShown]
    public int? Weight { get; init; } = 1;
}
