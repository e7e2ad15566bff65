using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.DynamicModel;

/// <summary>The root of what a provider publishes. A section that is null was not given at all, which differs from an empty one.</summary>
public sealed record DynamicConfiguration
{
    /// <summary>HTTP routers, services, middlewares and transports (<c>http</c>). Default: none.</summary>
    public HttpConfiguration? Http { get; init; }

    /// <summary>TCP routers, services, middlewares and transports (<c>tcp</c>). Default: none.</summary>
    public TcpConfiguration? Tcp { get; init; }

    /// <summary>UDP routers and services (<c>udp</c>). Default: none.</summary>
    public UdpConfiguration? Udp { get; init; }

    /// <summary>Certificates, TLS options and stores (<c>tls</c>). Default: none.</summary>
    public TlsConfiguration? Tls { get; init; }
}

/// <summary>The <c>http</c> section.</summary>
public sealed record HttpConfiguration
{
    /// <summary>Routers by name. Default: none.</summary>
    public IReadOnlyDictionary<string, HttpRouterConfig>? Routers { get; init; }

    /// <summary>Services by name. Default: none.</summary>
    public IReadOnlyDictionary<string, HttpServiceConfig>? Services { get; init; }

    /// <summary>Middlewares by name. Default: none.</summary>
    public IReadOnlyDictionary<string, HttpMiddlewareConfig>? Middlewares { get; init; }

    /// <summary>Transports to servers by name. Default: none.</summary>
    [NotFromLabels]
    public IReadOnlyDictionary<string, ServersTransportConfig>? ServersTransports { get; init; }
}

/// <summary>The <c>tls</c> section.</summary>
public sealed record TlsConfiguration
{
    /// <summary>Certificates from files or inline PEM (<c>tls.certificates</c>). Default: none.</summary>
    [NotFromLabels]
    public IReadOnlyList<TlsCertificateConfig>? Certificates { get; init; }

    /// <summary>Named TLS options (<c>tls.options</c>). Default: none.</summary>
    [NotFromLabels]
    public IReadOnlyDictionary<string, TlsOptionsConfig>? Options { get; init; }

    /// <summary>Stores by name; only <c>default</c> is used (<c>tls.stores</c>). Default: none.</summary>
    public IReadOnlyDictionary<string, TlsStoreConfig>? Stores { get; init; }
}
