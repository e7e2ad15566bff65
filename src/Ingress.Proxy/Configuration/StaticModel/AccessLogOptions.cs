using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>The access log (<c>accessLog</c>): one line a request.</summary>
public sealed record AccessLogOptions
{
    /// <summary>The file to write to. Default: empty, standard output.</summary>
    public string FilePath { get; init; } = "";

    /// <summary><c>common</c>, <c>genericCLF</c> or <c>json</c>. Default: <c>common</c>.</summary>
    public string Format { get; init; } = "common";

    /// <summary>Which requests are written. Default: all.</summary>
    public AccessLogFiltersOptions? Filters { get; init; }

    /// <summary>Which fields are written. Default: all but headers.</summary>
    public AccessLogFieldsOptions Fields { get; init; } = new();

    /// <summary>Lines held back and written together; 0 writes each line at once. Default: 0.</summary>
    public long BufferingSize { get; init; }

    /// <summary>Also writes requests to internal services. Default: false.</summary>
    public bool AddInternals { get; init; }

    /// <summary>Writes to file or standard output as well when <c>otlp</c> is set. Default: false.</summary>
    public bool DualOutput { get; init; }

    /// <summary>Sends the log to an OpenTelemetry collector. Default: no.</summary>
    [AllowEmpty]
    [Key("otlp")]
    public OtlpLogOptions? Otlp { get; init; }
}

/// <summary>Which requests are written: one fitting condition is enough (<c>accessLog.filters</c>).</summary>
public sealed record AccessLogFiltersOptions
{
    /// <summary>Statuses and ranges such as <c>400-499</c>. Default: none.</summary>
    public IReadOnlyList<string> StatusCodes { get; init; } = [];

    /// <summary>Requests that were tried more than once. Default: false.</summary>
    public bool RetryAttempts { get; init; }

    /// <summary>Requests that took longer than this. Default: 0, not a condition.</summary>
    public GoDuration MinDuration { get; init; }
}

/// <summary>Which fields are written (<c>accessLog.fields</c>).</summary>
public sealed record AccessLogFieldsOptions
{
    /// <summary>What happens to fields not named: <c>keep</c> or <c>drop</c>. Default: <c>keep</c>.</summary>
    public string DefaultMode { get; init; } = "keep";

    /// <summary><c>keep</c> or <c>drop</c> by field. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>();

    /// <summary>Which headers are written. Default: none.</summary>
    public AccessLogHeadersOptions Headers { get; init; } = new();

    /// <summary>Whether query parameters are written. Default: they are.</summary>
    public AccessLogQueryParametersOptions QueryParameters { get; init; } = new();
}

/// <summary>Which headers are written (<c>accessLog.fields.headers</c>).</summary>
public sealed record AccessLogHeadersOptions
{
    /// <summary>What happens to headers not named: <c>keep</c>, <c>drop</c> or <c>redact</c>. Default: <c>drop</c>.</summary>
    public string DefaultMode { get; init; } = "drop";

    /// <summary><c>keep</c>, <c>drop</c> or <c>redact</c> by header. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>();
}

/// <summary>Whether query parameters are written (<c>accessLog.fields.queryParameters</c>).</summary>
public sealed record AccessLogQueryParametersOptions
{
    /// <summary><c>keep</c> or <c>drop</c>. Default: <c>keep</c>.</summary>
    public string DefaultMode { get; init; } = "keep";
}
