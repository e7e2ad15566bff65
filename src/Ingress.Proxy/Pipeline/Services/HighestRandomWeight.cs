using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Pipeline.Services.Balancing;

namespace Ingress.Proxy.Pipeline.Services;

/// <summary>Sends each client address always to the same service (<c>http.services.NAME.highestRandomWeight</c>).</summary>
public sealed record HighestRandomWeightOptions
{
    /// <summary>The services. Default: none.</summary>
    public IReadOnlyList<HighestRandomWeightChild> Services { get; init; } = [];

    /// <summary>Takes the health of the children into account. Default: no.</summary>
    [AllowEmpty]
    public PropagatedHealthOptions? HealthCheck { get; init; }
}

/// <summary>One service in a highestRandomWeight service.</summary>
public sealed record HighestRandomWeightChild
{
    /// <summary>The service's name. Default: none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its share; 0 gets nothing. Default: 1.</summary>
    [AlwaysShown]
    public int? Weight { get; init; } = 1;
}

/// <summary>Sends each client address always to the same service.</summary>
internal static class HighestRandomWeight
{
    /// <summary>Builds it. Throws a configuration exception in Traefik's words.</summary>
    public static ComposedService Build(ServiceBuilder builder, RuntimeObject<HttpServiceConfig> runtime, HighestRandomWeightOptions options)
    {
        var pool = builder.Snapshot.State.Get("highestRandomWeight", runtime.Name, RecordJson.Canonical(options), () => TargetPool.ForServices(
            options.Services.Select(child => (child.Name, child.Weight ?? 1)), targets => new RendezvousHashing(targets), sticky: null));
        return ComposedService.Build(builder, runtime.Name, [.. options.Services.Select(child => child.Name)], pool, options.HealthCheck is not null);
    }
}
