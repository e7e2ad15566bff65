using Ingress.Proxy.Configuration.Decoding;

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
