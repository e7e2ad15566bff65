using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.StaticModel;

namespace Ingress.Proxy.Configuration.Runtime;

/// <summary>
/// What entry points set for the routers on them: middlewares, TLS, observability, encoded characters. A root router on such an entry point gets a copy of its
/// own for it; a router on several entry points has its copies renamed <c>ENTRYPOINT-NAME</c>.
/// </summary>
internal sealed class EntryPointModels(StaticConfiguration settings)
{
    private static readonly RouterObservabilityConfig Observed = new() { AccessLogs = true, Metrics = true, Tracing = true, TraceVerbosity = "minimal" };

    /// <summary>The routers with their entry points' settings.</summary>
    public Dictionary<string, HttpRouterConfig> Apply(Dictionary<string, HttpRouterConfig> routers)
    {
        var applied = new Dictionary<string, HttpRouterConfig>(routers.Count, StringComparer.Ordinal);
        var renamed = routers.Values.Any(router => router.ParentRefs.Count > 0) ? new Dictionary<string, List<string>>(StringComparer.Ordinal) : null;
        foreach (var (name, router) in routers)
        {
            if (router.ParentRefs.Count > 0)
            {
                applied[name] = router;
                continue;
            }

            ApplyTo(name, WithDefaultSyntax(router), applied, renamed);
        }

        return renamed is null ? applied : WithRenamedParents(applied, renamed);
    }

    private void ApplyTo(string name, HttpRouterConfig router, Dictionary<string, HttpRouterConfig> applied, Dictionary<string, List<string>>? renamed)
    {
        var plain = router.EntryPoints;
        foreach (var entryPoint in router.EntryPoints)
        {
            if (!settings.EntryPoints.TryGetValue(entryPoint, out var options) || !HasModel(options))
            {
                continue;
            }

            plain = [.. plain.Where(other => other != entryPoint)];

            var copyName = router.EntryPoints.Count > 1 ? entryPoint + "-" + name : name;
            applied[copyName] = router with
            {
                EntryPoints = [entryPoint],
                Tls = router.Tls ?? options.Http.Tls,
                Middlewares = [.. options.Http.Middlewares, .. router.Middlewares],
                Observability = Filled(router.Observability, options.Observability),
            };
            Renamed(name, copyName);
        }

        if (plain.Count > 0 || router.EntryPoints.Count == 0)
        {
            applied[name] = router with { EntryPoints = plain, Observability = Filled(router.Observability, null) };
            Renamed(name, name);
        }

        void Renamed(string from, string to)
        {
            if (renamed is null)
            {
                return;
            }

            if (!renamed.TryGetValue(from, out var names))
            {
                renamed[from] = names = [];
            }

            names.Add(to);
        }
    }

    private HttpRouterConfig WithDefaultSyntax(HttpRouterConfig router)
        => router is { UsesDefaultRule: false, RuleSyntax: "" } && settings.Core is { DefaultRuleSyntax.Length: > 0 } core
            ? router with { RuleSyntax = core.DefaultRuleSyntax }
            : router;

    private bool HasModel(EntryPointOptions options)
        => options.Http.Middlewares.Count > 0 || options.Http.Tls is not null || options.Observability is not null || options.Http.EncodedCharacters is not null
            || settings.Core is { DefaultRuleSyntax.Length: > 0 };

    private static RouterObservabilityConfig Filled(RouterObservabilityConfig? own, EntryPointObservabilityOptions? entryPoint) => own is null && entryPoint is null ? Observed : new()
    {
        AccessLogs = own?.AccessLogs ?? entryPoint?.AccessLogs ?? true,
        Metrics = own?.Metrics ?? entryPoint?.Metrics ?? true,
        Tracing = own?.Tracing ?? entryPoint?.Tracing ?? true,
        TraceVerbosity = own is { TraceVerbosity.Length: > 0 } ? own.TraceVerbosity
            : entryPoint is { TraceVerbosity.Length: > 0 } ? entryPoint.TraceVerbosity : "minimal",
    };

    private static Dictionary<string, HttpRouterConfig> WithRenamedParents(Dictionary<string, HttpRouterConfig> routers, Dictionary<string, List<string>> renamed)
    {
        foreach (var (name, router) in routers)
        {
            if (router.ParentRefs.Count == 0)
            {
                continue;
            }

            var parents = new List<string>();
            foreach (var parent in router.ParentRefs)
            {
                var qualified = QualifiedName.Resolve(parent, name);
                parents.AddRange(renamed.TryGetValue(qualified, out var names) ? names : [qualified]);
            }

            routers[name] = router with { ParentRefs = parents };
        }

        return routers;
    }
}
