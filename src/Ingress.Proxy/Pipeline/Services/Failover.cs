using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Pipeline.Services;

/// <summary>Falls back to another service (<c>http.services.NAME.failover</c>).</summary>
public sealed record FailoverOptions
{
    /// <summary>The main service. Default: none.</summary>
    public string Service { get; init; } = "";

    /// <summary>The service that steps in. Default: none.</summary>
    public string Fallback { get; init; } = "";

    /// <summary>Takes the health of the children into account. Default: no.</summary>
    [AllowEmpty]
    public PropagatedHealthOptions? HealthCheck { get; init; }

    /// <summary>Answers that count as a failure. Default: none.</summary>
    public FailoverErrorsOptions? Errors { get; init; }
}

/// <summary>Which answers of the main service are thrown away (<c>failover.errors</c>).</summary>
public sealed record FailoverErrorsOptions
{
    /// <summary>Statuses or ranges, such as <c>500-599</c>. Default: none.</summary>
    public IReadOnlyList<string> Status { get; init; } = [];

    /// <summary>The largest body in bytes that is kept for a second try; negative is no limit. Default: -1.</summary>
    [AlwaysShown]
    public long? MaxRequestBodyBytes { get; init; } = -1;
}
