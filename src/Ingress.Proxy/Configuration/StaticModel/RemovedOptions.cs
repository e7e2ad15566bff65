using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>Options of Traefik v2 that stop the start, so that nobody believes they still work, and options that only deserve a word.</summary>
internal static class RemovedOptions
{
    // A star stands for any one key.
    private static readonly (string Path, string Instead)[] RemovedPaths =
    [
        ("pilot", "remove it, Traefik Pilot no longer exists"),
        ("providers.marathon", "remove it, Marathon is no longer supported"),
        ("providers.rancher", "remove it, Rancher 1 is no longer supported"),
        ("providers.docker.swarmMode", "use providers.swarm"),
        ("providers.*.tls.caOptional", "remove it, it had no effect on clients"),
        ("providers.*.endpoint.tls.caOptional", "remove it, it had no effect on clients"),
        ("providers.consul.namespace", "use providers.consul.namespaces"),
        ("providers.consulCatalog.namespace", "use providers.consulCatalog.namespaces"),
        ("providers.nomad.namespace", "use providers.nomad.namespaces"),
        ("experimental.http3", "set http3 on the entry point"),
        ("tracing.jaeger", "use tracing.otlp"),
        ("tracing.zipkin", "use tracing.otlp"),
        ("tracing.datadog", "use tracing.otlp"),
        ("tracing.instana", "use tracing.otlp"),
        ("tracing.haystack", "use tracing.otlp"),
        ("tracing.elastic", "use tracing.otlp"),
        ("tracing.spanNameLimit", "remove it"),
    ];

    private static readonly (string Path, string Instead)[] DeprecatedPaths =
    [
        ("core.defaultRuleSyntax", "write the rules in the v3 syntax"),
        ("tracing.globalAttributes", "use tracing.resourceAttributes"),
        ("experimental.kubernetesGateway", "remove it, it is no longer needed"),
        ("experimental.kubernetesIngressNGINX", "remove it, it is no longer needed"),
        ("providers.kubernetesIngress.disableIngressClassLookup", "use disableClusterScopeResources"),
    ];

    /// <summary>The removed options that the tree gives.</summary>
    public static List<DecodeFault> Removed(Node root) =>
        Find(root, RemovedPaths, instead => $"was removed in version 3 (incompatible deprecated install configuration option); {instead}");

    /// <summary>The deprecated options that the tree gives.</summary>
    public static List<DecodeFault> Deprecated(Node root) => Find(root, DeprecatedPaths, instead => $"is deprecated; {instead}");

    /// <summary>Whether a root key was an option once.</summary>
    public static bool IsRemovedSection(string name) => RemovedPaths.Any(removed => removed.Path.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static List<DecodeFault> Find(Node root, (string Path, string Instead)[] paths, Func<string, string> reason)
    {
        var faults = new List<DecodeFault>();
        foreach (var (path, instead) in paths)
        {
            Find(root, path.Split('.'), "", reason(instead), faults);
        }

        return faults;
    }

    private static void Find(Node node, ReadOnlySpan<string> path, string walked, string reason, List<DecodeFault> faults)
    {
        foreach (var child in node.Children)
        {
            if (path[0] != "*" && !path[0].Equals(child.Name, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var name = walked.Length == 0 ? child.Name : $"{walked}.{child.Name}";
            if (path.Length == 1)
            {
                faults.Add(new DecodeFault { Source = child.Source, Line = child.Line, Path = name, Reason = reason });
            }
            else
            {
                Find(child, path[1..], name, reason, faults);
            }
        }
    }
}
