using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Pipeline.Services;

/// <summary>Sends copies of requests to further services (<c>http.services.NAME.mirroring</c>).</summary>
public sealed record MirroringOptions
{
    /// <summary>The service that answers. Default: none.</summary>
    public string Service { get; init; } = "";

    /// <summary>Whether bodies are copied too. Default: true.</summary>
    [AlwaysShown]
    public bool? MirrorBody { get; init; } = true;

    /// <summary>The largest body in bytes that is mirrored; negative is no limit. Default: -1.</summary>
    [AlwaysShown]
    public long? MaxBodySize { get; init; } = -1;

    /// <summary>The services that get copies. Default: none.</summary>
    public IReadOnlyList<MirrorOptions> Mirrors { get; init; } = [];

    /// <summary>Takes the health of the main service into account. Default: no.</summary>
    [AllowEmpty]
    public PropagatedHealthOptions? HealthCheck { get; init; }
}

/// <summary>One service that gets copies.</summary>
public sealed record MirrorOptions
{
    /// <summary>The service's name. Default: none.</summary>
    public string Name { get; init; } = "";

    /// <summary>The share of requests, 0 to 100. Default: 0.</summary>
    public int Percent { get; init; }
}
