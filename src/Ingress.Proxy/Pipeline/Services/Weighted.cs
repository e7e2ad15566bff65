using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Pipeline.Services;

/// <summary>Balances requests over services by weight (<c>http.services.NAME.weighted</c>).</summary>
public sealed record WeightedOptions
{
    /// <summary>The services. Default: none.</summary>
    public IReadOnlyList<WeightedChild> Services { get; init; } = [];

    /// <summary>Keeps a client at its service by a cookie. Default: none.</summary>
    public StickyOptions? Sticky { get; init; }

    /// <summary>Takes the health of the children into account. Default: no.</summary>
    [AllowEmpty]
    public PropagatedHealthOptions? HealthCheck { get; init; }
}

/// <summary>One service in a weighted service.</summary>
public sealed record WeightedChild
{
    /// <summary>The service's name. Default: none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its share; 0 gets nothing. Default: 1.</summary>
    [AlwaysShown]
    public int? Weight { get; init; } = 1;
}

/// <summary>Asks a composed service to follow the health of its children (<c>healthCheck: {}</c>); it has no options.</summary>
public sealed record PropagatedHealthOptions;
