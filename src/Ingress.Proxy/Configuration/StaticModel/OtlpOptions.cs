using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>Logs to an OpenTelemetry collector (<c>log.otlp</c>, <c>accessLog.otlp</c>).</summary>
public sealed record OtlpLogOptions
{
    /// <summary>The service's name. Default: <c>traefik</c>.</summary>
    public string ServiceName { get; init; } = "traefik";

    /// <summary>Further attributes of the resource. Default: none.</summary>
    public IReadOnlyDictionary<string, string> ResourceAttributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Sends by gRPC. Default: no.</summary>
    [AllowEmpty]
    [Key("grpc")]
    public OtlpGrpcOptions? Grpc { get; init; }

    /// <summary>Sends by HTTP, unless gRPC is set. Default: to the default endpoint.</summary>
    [AllowEmpty]
    public OtlpHttpOptions Http { get; init; } = new();
}

/// <summary>A collector reached by gRPC (<c>otlp.grpc</c>).</summary>
public sealed record OtlpGrpcOptions
{
    /// <summary><c>host:port</c>. Default: <c>localhost:4317</c>.</summary>
    public string Endpoint { get; init; } = "localhost:4317";

    /// <summary>Speaks clear text; not together with <c>tls</c>. Default: false.</summary>
    public bool Insecure { get; init; }

    /// <summary>TLS toward the collector. Default: the system's trust.</summary>
    public ClientTlsOptions? Tls { get; init; }

    /// <summary>Headers to send. Default: none.</summary>
    [Secret]
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}

/// <summary>A collector reached by HTTP (<c>otlp.http</c>).</summary>
public sealed record OtlpHttpOptions
{
    /// <summary>The URL without the signal's path. Default: <c>https://localhost:4318</c>.</summary>
    public string Endpoint { get; init; } = "https://localhost:4318";

    /// <summary>TLS toward the collector. Default: the system's trust.</summary>
    public ClientTlsOptions? Tls { get; init; }

    /// <summary>Headers to send. Default: none.</summary>
    [Secret]
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}

/// <summary>TLS as a client, wherever such a block appears (<c>tls</c>); each value is a file's path or PEM text.</summary>
public sealed record ClientTlsOptions
{
    /// <summary>Authorities to trust. Default: the system's.</summary>
    public string Ca { get; init; } = "";

    /// <summary>The certificate to show; needs <c>key</c>. Default: none.</summary>
    public string Cert { get; init; } = "";

    /// <summary>The certificate's private key; needs <c>cert</c>. Default: none.</summary>
    [Secret]
    public string Key { get; init; } = "";

    /// <summary>Accepts any certificate. Default: false.</summary>
    public bool InsecureSkipVerify { get; init; }
}
