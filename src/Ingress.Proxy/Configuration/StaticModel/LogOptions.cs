using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>The process log (<c>log</c>).</summary>
public sealed record LogOptions
{
    /// <summary>The least level written: TRACE, DEBUG, INFO, WARN, ERROR, FATAL or PANIC, in any case. Default: ERROR.</summary>
    public string Level { get; init; } = "ERROR";

    /// <summary><c>common</c> or <c>json</c>. Default: <c>common</c>.</summary>
    public string Format { get; init; } = "common";

    /// <summary>Leaves colours out. Default: false; always true for files.</summary>
    public bool NoColor { get; init; }

    /// <summary>The file to write to. Default: empty, standard output.</summary>
    public string FilePath { get; init; } = "";

    /// <summary>The size in megabytes at which the file is rotated; 0 stands for 100. Default: 0.</summary>
    public int MaxSize { get; init; }

    /// <summary>Days that rotated files are kept; 0 is for ever. Default: 0.</summary>
    public int MaxAge { get; init; }

    /// <summary>How many rotated files are kept; 0 is all. Default: 0.</summary>
    public int MaxBackups { get; init; }

    /// <summary>Compresses rotated files. Default: false, yet Traefik always compresses and so does Ingress.</summary>
    public bool Compress { get; init; }

    /// <summary>Sends the log to an OpenTelemetry collector. Default: no.</summary>
    [AllowEmpty]
    [Key("otlp")]
    public OtlpLogOptions? Otlp { get; init; }
}
