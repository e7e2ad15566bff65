using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Pipeline.Middlewares;
using Ingress.Proxy.Pipeline.Middlewares.Tcp;

namespace Ingress.Proxy;

/// <summary>The catalogs of options that the proxy itself brings, as the decoder wants them.</summary>
public static class ProxyCatalogs
{
    /// <summary>Catalogs by name: <c>middlewares</c> and <c>tcpMiddlewares</c>.</summary>
    public static IReadOnlyDictionary<string, OptionCatalog> All { get; } = new Dictionary<string, OptionCatalog>
    {
        ["middlewares"] = new(MiddlewareCatalog.All.Select(type => KeyValuePair.Create(type.Key, type.Options))),
        ["tcpMiddlewares"] = new(TcpMiddlewareCatalog.All.Select(type => KeyValuePair.Create(type.Key, type.Options))),
    };
}
