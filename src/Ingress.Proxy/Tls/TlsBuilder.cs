using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Pipeline.Matching.Rules;

namespace Ingress.Proxy.Tls;

/// <summary>Collects, while a snapshot is built, which hosts of which entry point use which TLS options.</summary>
internal sealed class TlsBuilder(RuntimeConfiguration configuration, CertificateStore certificates)
{
    private readonly Dictionary<string, (TlsParameters? Parameters, string Error)> parameters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, TlsParameters?>> hosts = new(StringComparer.Ordinal);

    /// <summary>The options of a router; throws where they do not exist or are broken. The router's hosts are then closed rather than served with weaker ones.</summary>
    public TlsParameters OptionsOf(RuntimeObject<HttpRouterConfig> router)
    {
        // As in Traefik, one that falls back to the default options because of a conflict is broken all the same where its own are.
        Sound(TlsConflicts.OptionsOf(router.Name, router.Config.Tls!));
        return Sound(NameOf(router));
    }

    /// <summary>Makes the router's hosts use its options on an entry point.</summary>
    public void AddHosts(string entryPoint, RuntimeObject<HttpRouterConfig> router)
    {
        if (!hosts.TryGetValue(entryPoint, out var table))
        {
            hosts[entryPoint] = table = new Dictionary<string, TlsParameters?>(StringComparer.OrdinalIgnoreCase);
        }

        var names = RuleTree.HostsOf(router.Config.Rule, router.Config.RuleSyntax);
        foreach (var host in names)
        {
            table[host.TrimEnd('.')] = Parameters(NameOf(router)).Parameters;
        }

        if (names.Count == 0)
        {
            table[TlsSelector.EveryHost] = Parameters(TlsConflicts.DefaultName).Parameters;
        }
    }

    /// <summary>What an entry point's handshakes use.</summary>
    public TlsSelector SelectorFor(string entryPoint)
        => new(certificates, hosts.TryGetValue(entryPoint, out var table) ? table : new Dictionary<string, TlsParameters?>(), Parameters(TlsConflicts.DefaultName).Parameters);

    private TlsParameters Sound(string name)
    {
        var (found, error) = Parameters(name);
        return found ?? throw new ConfigurationException("building router handler: " + error);
    }

    private static string NameOf(RuntimeObject<HttpRouterConfig> router)
        => router.Config.Tls!.FallsBack ? TlsConflicts.DefaultName : TlsConflicts.OptionsOf(router.Name, router.Config.Tls);

    /// <summary>Options by name, or what is wrong with them.</summary>
    public (TlsParameters? Parameters, string Error) Parameters(string name)
    {
        if (parameters.TryGetValue(name, out var known))
        {
            return known;
        }

        if (!configuration.TlsOptions.TryGetValue(name, out var config))
        {
            return parameters[name] = (null, $"unknown TLS options: {name}");
        }

        try
        {
            return parameters[name] = (new TlsParameters(name, config), "");
        }
        catch (ConfigurationException error)
        {
            return parameters[name] = (null, "building TLS config: " + error.Message);
        }
    }
}
