using Ingress.Proxy.Configuration.DynamicModel;
using Microsoft.Extensions.Logging;

namespace Ingress.Providers.Files;

/// <summary>Makes one configuration of those of several files: of a name given twice the first counts.</summary>
internal sealed partial class DynamicMerge(ILogger logger)
{
    private readonly Dictionary<string, HttpRouterConfig> routers = [];
    private readonly Dictionary<string, HttpServiceConfig> services = [];
    private readonly Dictionary<string, HttpMiddlewareConfig> middlewares = [];
    private readonly Dictionary<string, ServersTransportConfig> transports = [];
    private readonly Dictionary<string, TcpRouterConfig> tcpRouters = [];
    private readonly Dictionary<string, TcpServiceConfig> tcpServices = [];
    private readonly Dictionary<string, TcpMiddlewareConfig> tcpMiddlewares = [];
    private readonly Dictionary<string, TcpServersTransportConfig> tcpTransports = [];
    private readonly Dictionary<string, UdpRouterConfig> udpRouters = [];
    private readonly Dictionary<string, UdpServiceConfig> udpServices = [];
    private readonly List<TlsCertificateConfig> certificates = [];
    private readonly Dictionary<string, TlsOptionsConfig> tlsOptions = [];
    private readonly Dictionary<string, TlsStoreConfig> tlsStores = [];

    /// <summary>Adds what one file says.</summary>
    public void Add(DynamicConfiguration configuration, string file)
    {
        Add(routers, configuration.Http?.Routers, "HTTP router", file);
        Add(services, configuration.Http?.Services, "HTTP service", file);
        Add(middlewares, configuration.Http?.Middlewares, "HTTP middleware", file);
        Add(transports, configuration.Http?.ServersTransports, "HTTP servers transport", file);
        Add(tcpRouters, configuration.Tcp?.Routers, "TCP router", file);
        Add(tcpServices, configuration.Tcp?.Services, "TCP service", file);
        Add(tcpMiddlewares, configuration.Tcp?.Middlewares, "TCP middleware", file);
        Add(tcpTransports, configuration.Tcp?.ServersTransports, "TCP servers transport", file);
        Add(udpRouters, configuration.Udp?.Routers, "UDP router", file);
        Add(udpServices, configuration.Udp?.Services, "UDP service", file);
        certificates.AddRange(configuration.Tls?.Certificates ?? []);
        Add(tlsOptions, configuration.Tls?.Options, "TLS options", file);
        Add(tlsStores, configuration.Tls?.Stores, "TLS store", file);
    }

    /// <summary>All of it. Sections are empty rather than absent, as an empty file clears what was there.</summary>
    public DynamicConfiguration Merged() => new()
    {
        Http = new HttpConfiguration { Routers = routers, Services = services, Middlewares = middlewares, ServersTransports = transports },
        Tcp = new TcpConfiguration { Routers = tcpRouters, Services = tcpServices, Middlewares = tcpMiddlewares, ServersTransports = tcpTransports },
        Udp = new UdpConfiguration { Routers = udpRouters, Services = udpServices },
        Tls = new TlsConfiguration { Certificates = certificates, Options = tlsOptions, Stores = tlsStores },
    };

    private void Add<T>(Dictionary<string, T> all, IReadOnlyDictionary<string, T>? given, string kind, string file)
    {
        foreach (var (name, config) in given ?? new Dictionary<string, T>())
        {
            if (!all.TryAdd(name, config))
            {
                LogTwice(logger, kind, name, file);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} already configured, skipping: {ObjectName} in {File}")]
    private static partial void LogTwice(ILogger logger, string kind, string objectName, string file);
}
