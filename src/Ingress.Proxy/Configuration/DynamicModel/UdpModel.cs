using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Pipeline.Services.Udp;

namespace Ingress.Proxy.Configuration.DynamicModel;

/// <summary>The <c>udp</c> section.</summary>
public sealed record UdpConfiguration
{
    /// <summary>Routers by name. Default: none.</summary>
    public IReadOnlyDictionary<string, UdpRouterConfig>? Routers { get; init; }

    /// <summary>Services by name. Default: none.</summary>
    public IReadOnlyDictionary<string, UdpServiceConfig>? Services { get; init; }
}

/// <summary>One UDP router (<c>udp.routers.NAME</c>): everything that arrives at its entry points goes to its service.</summary>
public sealed record UdpRouterConfig
{
    /// <summary>Entry points it listens on. Default: every UDP entry point.</summary>
    public IReadOnlyList<string> EntryPoints { get; init; } = [];

    /// <summary>The service it sends to. Default: none.</summary>
    public string Service { get; init; } = "";
}

/// <summary>One UDP service (<c>udp.services.NAME</c>).</summary>
public sealed record UdpServiceConfig
{
    /// <summary>Balances over servers. Default: none.</summary>
    public UdpLoadBalancerOptions? LoadBalancer { get; init; }

    /// <summary>Balances over services by weight. Default: none.</summary>
    [NotFromLabels]
    public UdpWeightedOptions? Weighted { get; init; }
}
