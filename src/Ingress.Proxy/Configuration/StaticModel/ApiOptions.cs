namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>The API and the dashboard (<c>api</c>).</summary>
public sealed record ApiOptions
{
    /// <summary>The path below which both answer. Default: <c>/</c>.</summary>
    public string BasePath { get; init; } = "/";

    /// <summary>Answers on the entry point <c>traefik</c> without authentication. Default: false.</summary>
    public bool Insecure { get; init; }

    /// <summary>Serves the dashboard. Default: true.</summary>
    public bool Dashboard { get; init; } = true;

    /// <summary>Serves <c>/debug</c>. Default: false.</summary>
    public bool Debug { get; init; }

    /// <summary>Accepted for compatibility; there is no advertisement. Default: false.</summary>
    public bool DisableDashboardAd { get; init; }

    /// <summary>The name that the dashboard shows. Default: empty.</summary>
    public string DashboardName { get; init; } = "";
}

/// <summary>The ping endpoint (<c>ping</c>).</summary>
public sealed record PingOptions
{
    /// <summary>The entry point it answers on. Default: <c>traefik</c>.</summary>
    public string EntryPoint { get; init; } = "traefik";

    /// <summary>Leaves it to the operator to route to <c>ping@internal</c>. Default: false.</summary>
    public bool ManualRouting { get; init; }

    /// <summary>The status while the process is stopping. Default: 503.</summary>
    public int TerminatingStatusCode { get; init; } = 503;
}
