using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.DynamicModel;

/// <summary>One HTTP router (<c>http.routers.NAME</c>).</summary>
public sealed record HttpRouterConfig
{
    /// <summary>Entry points it listens on. Default: the default entry points.</summary>
    public IReadOnlyList<string> EntryPoints { get; init; } = [];

    /// <summary>Middlewares in order. Default: none.</summary>
    public IReadOnlyList<string> Middlewares { get; init; } = [];

    /// <summary>The service it sends to. Default: none; label providers fill in the only one.</summary>
    public string Service { get; init; } = "";

    /// <summary>The rule that a request must match. Default: none; label providers fill in their default rule.</summary>
    public string Rule { get; init; } = "";

    /// <summary>Parent routers of a child in multi-layer routing. Default: none.</summary>
    [NotFromLabels]
    public IReadOnlyList<string> ParentRefs { get; init; } = [];

    /// <summary>The rule's syntax: <c>v2</c> or <c>v3</c>. Default: empty, which is v3.</summary>
    public string RuleSyntax { get; init; } = "";

    /// <summary>Who wins among matching routers: the higher. Default: 0, which stands for the rule's length.</summary>
    public long Priority { get; init; }

    /// <summary>TLS settings; their presence makes the router HTTPS only. Default: none.</summary>
    [AllowEmpty]
    public RouterTlsConfig? Tls { get; init; }

    /// <summary>Overrides of logs, metrics and traces. Default: as the entry point says.</summary>
    public RouterObservabilityConfig? Observability { get; init; }

    /// <summary>Whether the rule came from a provider's default rule; set by providers, never by the operator. Default: false.</summary>
    [NotShown, NotFromLabels]
    public bool UsesDefaultRule { get; init; }
}

/// <summary>TLS settings of a router, or of an entry point for all its routers (<c>tls</c>).</summary>
public sealed record RouterTlsConfig
{
    /// <summary>The name of the TLS options. Default: empty, which is <c>default</c>.</summary>
    public string Options { get; init; } = "";

    /// <summary>The certificate resolver. Default: none.</summary>
    public string CertResolver { get; init; } = "";

    /// <summary>The certificates to ask for, instead of those that the rule's hosts make. Default: none.</summary>
    public IReadOnlyList<TlsDomain> Domains { get; init; } = [];

    /// <summary>Whether the default options are used instead, because another router's options conflict; set while configurations are merged. Default: false.</summary>
    [NotShown, NotFromLabels]
    public bool FallsBack { get; init; }
}

/// <summary>The names of one certificate.</summary>
public sealed record TlsDomain
{
    /// <summary>The first name. Default: none.</summary>
    public string Main { get; init; } = "";

    /// <summary>Further names. Default: none.</summary>
    public IReadOnlyList<string> Sans { get; init; } = [];
}

/// <summary>Which signals a router's requests leave (<c>observability</c>).</summary>
public sealed record RouterObservabilityConfig
{
    /// <summary>Whether requests are written to the access log. Default: as the entry point says.</summary>
    [AlwaysShown]
    public bool? AccessLogs { get; init; }

    /// <summary>Whether requests are counted. Default: as the entry point says.</summary>
    [AlwaysShown]
    public bool? Metrics { get; init; }

    /// <summary>Whether requests are traced. Default: as the entry point says.</summary>
    [AlwaysShown]
    public bool? Tracing { get; init; }

    /// <summary>How much a trace tells: <c>minimal</c> or <c>detailed</c>. Default: <c>minimal</c>.</summary>
    public string TraceVerbosity { get; init; } = "";
}
