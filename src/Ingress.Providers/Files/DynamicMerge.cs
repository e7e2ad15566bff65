using Ingress.Proxy.Configuration.DynamicModel;
using Microsoft.Extensions.Logging;

namespace Ingress.Providers.Files;

/// <summary>Makes one configuration of those of several files: of a name given twice the first counts.</summary>
internal sealed partial class DynamicMerge(ILogger logger)
{
    private readonly Dictionary<string, HttpRouterConfig> _routers = [];
    private readonly Dictionary<string, HttpServiceConfig> _services = [];
    private readonly Dictionary<string, HttpMiddlewareConfig> _middlewares = [];
    private readonly Dictionary<string, ServersTransportConfig> _transports = [];
    private readonly Dictionary<string, TcpRouterConfig> _tcpRouters = [];
    private readonly Dictionary<string, TcpServiceConfig> _tcpServices = [];
    private readonly Dictionary<string, TcpMiddlewareConfig> _tcpMiddlewares = [];
    private readonly Dictionary<string, TcpServersTransportConfig> _tcpTransports = [];
    private readonly Dictionary<string, UdpRouterConfig> _udpRouters = [];
    private readonly Dictionary<string, UdpServiceConfig> _udpServices = [];
    private readonly List<TlsCertificateConfig> _certificates = [];
    private readonly Dictionary<string, TlsOptionsConfig> _tlsOptions = [];
    private readonly Dictionary<string, TlsStoreConfig> _tlsStores = [];

    /// <summary>Adds what one file says.</summary>
    public void Add(DynamicConfiguration configuration, string file)
    {
        Add(_routers, configuration.Http?.Routers, "HTTP router", file);
        Add(_services, configuration.Http?.Services, "HTTP service", file);
        Add(_middlewares, configuration.Http?.Middlewares, "HTTP middleware", file);
        Add(_transports, configuration.Http?.ServersTransports, "HTTP servers transport", file);
        Add(_tcpRouters, configuration.Tcp?.Routers, "TCP router", file);
        Add(_tcpServices, configuration.Tcp?.Services, "TCP service", file);
        Add(_tcpMiddlewares, configuration.Tcp?.Middlewares, "TCP middleware", file);
        Add(_tcpTransports, configuration.Tcp?.ServersTransports, "TCP servers transport", file);
        Add(_udpRouters, configuration.Udp?.Routers, "UDP router", file);
        Add(_udpServices, configuration.Udp?.Services, "UDP service", file);
        _certificates.AddRange(configuration.Tls?.Certificates ?? []);
        Add(_tlsOptions, configuration.Tls?.Options, "TLS options", file);
        Add(_tlsStores, configuration.Tls?.Stores, "TLS store", file);
    }

    /// <summary>All of it. Sections are empty rather than absent, as an empty file clears what was there.</summary>
    public DynamicConfiguration Merged() => new()
    {
        Http = new HttpConfiguration { Routers = _routers, Services = _services, Middlewares = _middlewares, ServersTransports = _transports },
        Tcp = new TcpConfiguration { Routers = _tcpRouters, Services = _tcpServices, Middlewares = _tcpMiddlewares, ServersTransports = _tcpTransports },
        Udp = new UdpConfiguration { Routers = _udpRouters, Services = _udpServices },
        Tls = new TlsConfiguration { Certificates = _certificates, Options = _tlsOptions, Stores = _tlsStores },
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
