using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Extensibility;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Configuration.Runtime;

/// <summary>Makes one configuration of those of all providers: qualified names, default entry points, entry-point settings for routers, TLS defaults.</summary>
internal sealed partial class ConfigurationMerge(StaticConfiguration settings, IReadOnlyList<string> defaultEntryPoints, ILogger logger)
{
    private readonly EntryPointModels models = new(settings);

    /// <summary>The merged configuration, every object enabled as yet.</summary>
    public RuntimeConfiguration Merge(IReadOnlyDictionary<string, ProviderMessage> messages)
    {
        var providers = messages.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value).ToList();
        var routers = TlsConflicts.Resolve(models.Apply(Qualified(providers, message => message.Configuration.Http?.Routers, WithDefaults)), logger);
        return new RuntimeConfiguration
        {
            HttpRouters = Objects(routers),
            HttpServices = Objects(Qualified(providers, message => message.Configuration.Http?.Services)),
            HttpMiddlewares = Objects(ChainNames.Complete(Qualified(providers, message => message.Configuration.Http?.Middlewares), routers)),
            ServersTransports = Qualified(providers, message => message.Configuration.Http?.ServersTransports),
            TcpRouters = Objects(Qualified(providers, message => message.Configuration.Tcp?.Routers, WithDefaults)),
            TcpServices = Objects(Qualified(providers, message => message.Configuration.Tcp?.Services)),
            TcpMiddlewares = Objects(Qualified(providers, message => message.Configuration.Tcp?.Middlewares)),
            TcpServersTransports = Qualified(providers, message => message.Configuration.Tcp?.ServersTransports),
            UdpRouters = Objects(Qualified(providers, message => message.Configuration.Udp?.Routers)),
            UdpServices = Objects(Qualified(providers, message => message.Configuration.Udp?.Services)),
            TlsOptions = MergeTlsOptions(providers),
            TlsStore = MergeTlsStores(providers),
            TlsCertificates = [.. providers.SelectMany(message => message.Configuration.Tls?.Certificates ?? []).Where(IsForDefaultStore)],
            Findings = providers.Where(message => message.Findings.Count > 0).ToDictionary(message => message.Provider, message => message.Findings, StringComparer.Ordinal),
        };
    }

    private static Dictionary<string, T> Qualified<T>(List<ProviderMessage> providers, Func<ProviderMessage, IReadOnlyDictionary<string, T>?> section, Func<T, T>? change = null)
    {
        var merged = new Dictionary<string, T>(providers.Sum(message => section(message)?.Count ?? 0), StringComparer.Ordinal);
        foreach (var message in providers)
        {
            foreach (var (name, value) in section(message) ?? new Dictionary<string, T>())
            {
                if (value is not null)
                {
                    merged[QualifiedName.Resolve(name, "@" + message.Provider)] = change is null ? value : change(value);
                }
            }
        }

        return merged;
    }

    private static Dictionary<string, RuntimeObject<T>> Objects<T>(Dictionary<string, T> configs)
    {
        var objects = new Dictionary<string, RuntimeObject<T>>(configs.Count, StringComparer.Ordinal);
        foreach (var (name, config) in configs)
        {
            objects[name] = new RuntimeObject<T>(name, config);
        }

        return objects;
    }

    // Other stores are accepted and never looked into, as in Traefik.
    private static bool IsForDefaultStore(TlsCertificateConfig certificate) => certificate.Stores.Count == 0 || certificate.Stores.Contains("default");

    private HttpRouterConfig WithDefaults(HttpRouterConfig router)
        => router.EntryPoints.Count > 0 || router.ParentRefs.Count > 0 ? router : router with { EntryPoints = defaultEntryPoints };

    private TcpRouterConfig WithDefaults(TcpRouterConfig router) => router.EntryPoints.Count > 0 ? router : router with { EntryPoints = defaultEntryPoints };

    private Dictionary<string, TlsOptionsConfig> MergeTlsOptions(List<ProviderMessage> providers)
    {
        var merged = new Dictionary<string, TlsOptionsConfig>(StringComparer.Ordinal);
        var defaults = new List<string>();
        foreach (var message in providers)
        {
            foreach (var (name, options) in message.Configuration.Tls?.Options ?? new Dictionary<string, TlsOptionsConfig>())
            {
                if (name == "default")
                {
                    defaults.Add(message.Provider);
                    merged[name] = options;
                }
                else
                {
                    merged[QualifiedName.Resolve(name, "@" + message.Provider)] = options;
                }
            }
        }

        if (defaults.Count == 0)
        {
            merged["default"] = new TlsOptionsConfig();
        }
        else if (defaults.Count > 1)
        {
            merged.Remove("default");
            LogDefaultOptionsTwice(logger, string.Join(", ", defaults));
        }

        return merged;
    }

    private TlsStoreConfig? MergeTlsStores(List<ProviderMessage> providers)
    {
        TlsStoreConfig? store = null;
        var owners = new List<string>();
        foreach (var message in providers)
        {
            if (message.Configuration.Tls?.Stores is { } stores && stores.TryGetValue("default", out var found))
            {
                owners.Add(message.Provider);
                store = found;
            }
        }

        if (owners.Count > 1)
        {
            LogDefaultStoreTwice(logger, string.Join(", ", owners));
            return null;
        }

        return store;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Default TLS Options defined in multiple providers: {Providers}; keep one of them")]
    private static partial void LogDefaultOptionsTwice(ILogger logger, string providers);

    [LoggerMessage(Level = LogLevel.Error, Message = "Default TLS Store defined in multiple providers: {Providers}; keep one of them")]
    private static partial void LogDefaultStoreTwice(ILogger logger, string providers);
}
