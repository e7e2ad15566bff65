using Ingress.Providers;
using Ingress.Proxy;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.StaticModel;
using Microsoft.Extensions.Logging;

namespace Ingress;

/// <summary>The only place that names proxy, providers and planes together.</summary>
internal static class Composition
{
    /// <summary>How all configurations are decoded: the catalogs of the proxy, of the providers and of the planes.</summary>
    public static DecoderSettings Decoding { get; } = new()
    {
        Catalogs = new Dictionary<string, OptionCatalog>(ProxyCatalogs.All)
        {
            ["providers"] = new(ProviderCatalog.OptionTypes),
            ["planes"] = new([]),
        },
    };

    /// <summary>The proxy for these settings, with the providers and planes that they ask for.</summary>
    public static ProxyHost Build(StaticConfiguration settings, ILoggerFactory loggers)
    {
        var providers = ProviderCatalog.Build(settings.Providers, Decoding, loggers, TimeProvider.System);
        return new ProxyHost(settings, providers, [], loggers, TimeProvider.System);
    }
}
