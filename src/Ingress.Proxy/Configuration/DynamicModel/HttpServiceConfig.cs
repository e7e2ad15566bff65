using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Pipeline.Services;

namespace Ingress.Proxy.Configuration.DynamicModel;

/// <summary>One HTTP service (<c>http.services.NAME</c>): exactly one of the kinds below, each documented with its implementation.</summary>
public sealed record HttpServiceConfig
{
    /// <summary>Balances over servers. Default: none.</summary>
    public LoadBalancerOptions? LoadBalancer { get; init; }

    /// <summary>Balances over services by key of the client. Default: none.</summary>
    [NotFromLabels]
    public HighestRandomWeightOptions? HighestRandomWeight { get; init; }

    /// <summary>Balances over services by weight. Default: none.</summary>
    [NotFromLabels]
    public WeightedOptions? Weighted { get; init; }

    /// <summary>Sends copies of requests to further services. Default: none.</summary>
    [NotFromLabels]
    public MirroringOptions? Mirroring { get; init; }

    /// <summary>Falls back to another service. Default: none.</summary>
    [NotFromLabels]
    public FailoverOptions? Failover { get; init; }

    /// <summary>Middlewares that every request to this service passes, in order. Default: none.</summary>
    public IReadOnlyList<string> Middlewares { get; init; } = [];
}
