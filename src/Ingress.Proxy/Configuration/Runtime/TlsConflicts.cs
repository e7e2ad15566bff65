using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Pipeline.Matching.Rules;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Configuration.Runtime;

/// <summary>
/// TLS options are chosen by server name before any router is, so on one entry point a host can have one set of options only. Where routers disagree, all of them
/// fall back to the default options on that entry point, as copies named <c>ENTRYPOINT-conflicted-NAME</c>.
/// </summary>
internal static partial class TlsConflicts
{
    /// <summary>The name of the options of routers that name none.</summary>
    public const string DefaultName = "default";

    /// <summary>The routers with their options resolved and the conflicting ones split off.</summary>
    public static Dictionary<string, HttpRouterConfig> Resolve(Dictionary<string, HttpRouterConfig> routers, ILogger logger)
    {
        var byEntryPoint = new Dictionary<string, List<(string Name, string Options, IReadOnlyList<string> Hosts)>>(StringComparer.Ordinal);
        foreach (var (name, router) in routers)
        {
            if (router.Tls is null || router.ParentRefs.Count > 0)
            {
                continue;
            }

            var hosts = RuleTree.HostsOf(router.Rule, router.RuleSyntax);
            foreach (var entryPoint in router.EntryPoints)
            {
                if (!byEntryPoint.TryGetValue(entryPoint, out var list))
                {
                    byEntryPoint[entryPoint] = list = [];
                }

                list.Add((name, OptionsOf(name, router.Tls), hosts));
            }
        }

        var conflicts = byEntryPoint.ToDictionary(pair => pair.Key, pair => Conflicting(pair.Key, pair.Value, logger), StringComparer.Ordinal);
        return conflicts.Values.All(names => names.Count == 0) ? routers : Split(routers, conflicts);
    }

    /// <summary>Puts on a router that falls back why it does; one that had asked for the default options is not worth a warning.</summary>
    public static void Note(RuntimeObject<HttpRouterConfig> router)
    {
        if (router.Config.Tls is not { FallsBack: true } tls || OptionsOf(router.Name, tls) == DefaultName)
        {
            return;
        }

        router.AddError(
            RuleTree.HostsOf(router.Config.Rule, router.Config.RuleSyntax).Count == 0
                ? $"no domain found in rule {router.Config.Rule}, the TLS option {OptionsOf(router.Name, tls)} cannot be applied"
                : "router's TLSOptions configuration is conflicting with other routers on the same entrypoint and host, default TLS options will be used instead",
            critical: false);
    }

    /// <summary>The options that a router asks for, by their qualified name.</summary>
    public static string OptionsOf(string router, RouterTlsConfig tls)
        => tls.Options.Length == 0 || tls.Options == DefaultName ? DefaultName : QualifiedName.Resolve(tls.Options, router);

    private static HashSet<string> Conflicting(string entryPoint, List<(string Name, string Options, IReadOnlyList<string> Hosts)> routers, ILogger logger)
    {
        var conflicting = new HashSet<string>(StringComparer.Ordinal);
        var byHost = new Dictionary<string, List<(string Name, string Options)>>(StringComparer.Ordinal);
        foreach (var (name, options, hosts) in routers)
        {
            if (hosts.Count == 0 && options != DefaultName)
            {
                conflicting.Add(name);
            }

            foreach (var host in hosts)
            {
                if (!byHost.TryGetValue(host, out var list))
                {
                    byHost[host] = list = [];
                }

                list.Add((name, options));
            }
        }

        foreach (var (host, users) in byHost)
        {
            if (users.TrueForAll(user => user.Options == users[0].Options))
            {
                continue;
            }

            LogConflict(logger, entryPoint, host, string.Join(", ", users.Select(user => user.Name)));
            foreach (var (name, _) in users)
            {
                conflicting.Add(name);
            }
        }

        return conflicting;
    }

    private static Dictionary<string, HttpRouterConfig> Split(Dictionary<string, HttpRouterConfig> routers, Dictionary<string, HashSet<string>> conflicts)
    {
        var split = new Dictionary<string, HttpRouterConfig>(routers.Count, StringComparer.Ordinal);
        foreach (var (name, router) in routers)
        {
            var kept = new List<string>(router.EntryPoints.Count);
            foreach (var entryPoint in router.EntryPoints)
            {
                if (router.Tls is not null && conflicts.TryGetValue(entryPoint, out var names) && names.Contains(name))
                {
                    split[$"{entryPoint}-conflicted-{name}"] = router with { EntryPoints = [entryPoint], Tls = router.Tls with { FallsBack = true } };
                }
                else
                {
                    kept.Add(entryPoint);
                }
            }

            if (kept.Count > 0 || router.EntryPoints.Count == 0)
            {
                split[name] = router with { EntryPoints = kept };
            }
        }

        return split;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "On entry point {EntryPointName}, host {Host} is served by routers with different TLS options; the default options are used for {Routers}")]
    private static partial void LogConflict(ILogger logger, string entryPointName, string host, string routers);
}
