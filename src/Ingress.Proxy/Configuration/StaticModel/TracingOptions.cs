using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>Traces of requests (<c>tracing</c>).</summary>
public sealed record TracingOptions
{
    /// <summary>The service's name. Default: <c>traefik</c>.</summary>
    public string ServiceName { get; init; } = "traefik";

    /// <summary>Further attributes of the resource. Default: none.</summary>
    public IReadOnlyDictionary<string, string> ResourceAttributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Request headers to put on spans. Default: none.</summary>
    public IReadOnlyList<string> CapturedRequestHeaders { get; init; } = [];

    /// <summary>Response headers to put on spans. Default: none.</summary>
    public IReadOnlyList<string> CapturedResponseHeaders { get; init; } = [];

    /// <summary>Query parameters whose values are shown; all others are replaced. Default: none.</summary>
    public IReadOnlyList<string> SafeQueryParams { get; init; } = [];

    /// <summary>The share of requests that are traced, 0 to 1. Default: 1.</summary>
    public double SampleRate { get; init; } = 1;

    /// <summary>Also traces requests to internal services. Default: false.</summary>
    public bool AddInternals { get; init; }

    /// <summary>The OpenTelemetry collector. Default: HTTP to the default endpoint.</summary>
    [AllowEmpty]
    [Key("otlp")]
    public OtlpTracingOptions? Otlp { get; init; }

    /// <summary>Deprecated spelling of <c>resourceAttributes</c>. Default: none.</summary>
    public IReadOnlyDictionary<string, string> GlobalAttributes { get; init; } = new Dictionary<string, string>();
}

/// <summary>Traces to an OpenTelemetry collector (<c>tracing.otlp</c>).</summary>
public sealed record OtlpTracingOptions
{
    /// <summary>Sends by gRPC. Default: no.</summary>
    [AllowEmpty]
    [Key("grpc")]
    public OtlpGrpcOptions? Grpc { get; init; }

    /// <summary>Sends by HTTP, unless gRPC is set. Default: to the default endpoint.</summary>
    [AllowEmpty]
    public OtlpHttpOptions Http { get; init; } = new();
}
