using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Pipeline.Services.Udp;

/// <summary>Balances sessions over servers (<c>udp.services.NAME.loadBalancer</c>).</summary>
public sealed record UdpLoadBalancerOptions
{
    /// <summary>The servers. Default: none.</summary>
    [LabelItem("server")]
    public IReadOnlyList<UdpServerOptions> Servers { get; init; } = [];
}

/// <summary>One server of a UDP service.</summary>
public sealed record UdpServerOptions
{
    /// <summary><c>host:port</c>. Default: none.</summary>
    public string Address { get; init; } = "";

    /// <summary>Labels only: the port of the container's address. Default: none.</summary>
    [NotShown]
    public string Port { get; init; } = "";
}

/// <summary>Balances sessions over services (<c>udp.services.NAME.weighted</c>).</summary>
public sealed record UdpWeightedOptions
{
    /// <summary>The services. Default: none.</summary>
    public IReadOnlyList<UdpWeightedChild> Services { get; init; } = [];
}

/// <summary>One service in a weighted UDP service.</summary>
public sealed record UdpWeightedChild
{
    /// <summary>The service's name. Default: none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its share; 0 gets nothing. Default: 1.</summary>
    [AlwaysShown]
    public int? Weight { get; init; } = 1;
}
