using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>What is measured and where it goes (<c>metrics</c>).</summary>
public sealed record MetricsOptions
{
    /// <summary>Also counts requests to internal services. Default: false.</summary>
    public bool AddInternals { get; init; }

    /// <summary>Offers metrics to Prometheus. Default: no.</summary>
    [AllowEmpty]
    public PrometheusOptions? Prometheus { get; init; }

    /// <summary>Sends metrics to Datadog. Default: no.</summary>
    [AllowEmpty]
    public DatadogOptions? Datadog { get; init; }

    /// <summary>Sends metrics to StatsD. Default: no.</summary>
    [AllowEmpty]
    [Key("statsD")]
    public StatsdOptions? StatsD { get; init; }

    /// <summary>Sends metrics to InfluxDB 2. Default: no.</summary>
    [AllowEmpty]
    [Key("influxDB2")]
    public InfluxDb2Options? InfluxDb2 { get; init; }

    /// <summary>Sends metrics to an OpenTelemetry collector. Default: no.</summary>
    [AllowEmpty]
    [Key("otlp")]
    public OtlpMetricsOptions? Otlp { get; init; }
}

/// <summary>Metrics for Prometheus (<c>metrics.prometheus</c>).</summary>
public sealed record PrometheusOptions
{
    /// <summary>Upper bounds of the duration buckets, in seconds. Default: 0.1, 0.3, 1.2, 5.</summary>
    public IReadOnlyList<double> Buckets { get; init; } = [0.1, 0.3, 1.2, 5];

    /// <summary>Counts by entry point. Default: true.</summary>
    public bool AddEntryPointsLabels { get; init; } = true;

    /// <summary>Counts by router. Default: false.</summary>
    public bool AddRoutersLabels { get; init; }

    /// <summary>Counts by service. Default: true.</summary>
    public bool AddServicesLabels { get; init; } = true;

    /// <summary>The entry point that offers <c>/metrics</c>. Default: <c>traefik</c>.</summary>
    public string EntryPoint { get; init; } = "traefik";

    /// <summary>Leaves it to the operator to route to <c>prometheus@internal</c>. Default: false.</summary>
    public bool ManualRouting { get; init; }

    /// <summary>Request headers as labels of the request counters, by label. Default: none.</summary>
    public IReadOnlyDictionary<string, string> HeaderLabels { get; init; } = new Dictionary<string, string>();
}

/// <summary>Metrics for Datadog (<c>metrics.datadog</c>).</summary>
public sealed record DatadogOptions
{
    /// <summary>The agent's address. Default: <c>localhost:8125</c>.</summary>
    public string Address { get; init; } = "localhost:8125";

    /// <summary>Time between two sendings. Default: 10s.</summary>
    public GoDuration PushInterval { get; init; } = GoDuration.FromSeconds(10);

    /// <summary>Counts by entry point. Default: true.</summary>
    public bool AddEntryPointsLabels { get; init; } = true;

    /// <summary>Counts by router. Default: false.</summary>
    public bool AddRoutersLabels { get; init; }

    /// <summary>Counts by service. Default: true.</summary>
    public bool AddServicesLabels { get; init; } = true;

    /// <summary>What the names begin with. Default: <c>traefik</c>.</summary>
    public string Prefix { get; init; } = "traefik";
}

/// <summary>Metrics for StatsD (<c>metrics.statsD</c>).</summary>
public sealed record StatsdOptions
{
    /// <summary>The server's address. Default: <c>localhost:8125</c>.</summary>
    public string Address { get; init; } = "localhost:8125";

    /// <summary>Time between two sendings. Default: 10s.</summary>
    public GoDuration PushInterval { get; init; } = GoDuration.FromSeconds(10);

    /// <summary>Counts by entry point. Default: true.</summary>
    public bool AddEntryPointsLabels { get; init; } = true;

    /// <summary>Counts by router. Default: false.</summary>
    public bool AddRoutersLabels { get; init; }

    /// <summary>Counts by service. Default: true.</summary>
    public bool AddServicesLabels { get; init; } = true;

    /// <summary>What the names begin with. Default: <c>traefik</c>.</summary>
    public string Prefix { get; init; } = "traefik";
}

/// <summary>Metrics for InfluxDB 2 (<c>metrics.influxDB2</c>).</summary>
public sealed record InfluxDb2Options
{
    /// <summary>The server's URL. Default: <c>http://localhost:8086</c>.</summary>
    public string Address { get; init; } = "http://localhost:8086";

    /// <summary>The access token. Default: none.</summary>
    [Secret]
    public string Token { get; init; } = "";

    /// <summary>Time between two sendings. Default: 10s.</summary>
    public GoDuration PushInterval { get; init; } = GoDuration.FromSeconds(10);

    /// <summary>The organisation. Default: none.</summary>
    public string Org { get; init; } = "";

    /// <summary>The bucket. Default: none.</summary>
    public string Bucket { get; init; } = "";

    /// <summary>Counts by entry point. Default: true.</summary>
    public bool AddEntryPointsLabels { get; init; } = true;

    /// <summary>Counts by router. Default: false.</summary>
    public bool AddRoutersLabels { get; init; }

    /// <summary>Counts by service. Default: true.</summary>
    public bool AddServicesLabels { get; init; } = true;

    /// <summary>Labels on every metric. Default: none.</summary>
    public IReadOnlyDictionary<string, string> AdditionalLabels { get; init; } = new Dictionary<string, string>();
}

/// <summary>Metrics for an OpenTelemetry collector (<c>metrics.otlp</c>).</summary>
public sealed record OtlpMetricsOptions
{
    /// <summary>Sends by gRPC. Default: no.</summary>
    [AllowEmpty]
    [Key("grpc")]
    public OtlpGrpcOptions? Grpc { get; init; }

    /// <summary>Sends by HTTP, unless gRPC is set. Default: to the default endpoint.</summary>
    [AllowEmpty]
    public OtlpHttpOptions Http { get; init; } = new();

    /// <summary>Counts by entry point. Default: true.</summary>
    public bool AddEntryPointsLabels { get; init; } = true;

    /// <summary>Counts by router. Default: false.</summary>
    public bool AddRoutersLabels { get; init; }

    /// <summary>Counts by service. Default: true.</summary>
    public bool AddServicesLabels { get; init; } = true;

    /// <summary>Upper bounds of the duration buckets, in seconds. Default: 0.005 to 10.</summary>
    public IReadOnlyList<double> ExplicitBoundaries { get; init; } = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    /// <summary>Time between two sendings. Default: 10s.</summary>
    public GoDuration PushInterval { get; init; } = GoDuration.FromSeconds(10);

    /// <summary>The service's name. Default: <c>traefik</c>.</summary>
    public string ServiceName { get; init; } = "traefik";

    /// <summary>Further attributes of the resource. Default: none.</summary>
    public IReadOnlyDictionary<string, string> ResourceAttributes { get; init; } = new Dictionary<string, string>();
}
