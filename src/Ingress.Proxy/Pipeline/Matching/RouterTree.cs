using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Matching;

/// <summary>
/// Routers that are matched behind others: a router with <c>parentRefs</c> is asked only after its parent has matched and the parent's middlewares have run,
/// and it sees the request as they left it.
/// </summary>
internal sealed class RouterTree
{
    private static readonly SortedSet<string> NoChildren = [];
    private readonly IReadOnlyDictionary<string, RuntimeObject<HttpRouterConfig>> routers;
    private readonly IReadOnlyList<string> providerPrecedence;
    private readonly Dictionary<string, SortedSet<string>> children = new(StringComparer.Ordinal);

    /// <summary>Links children to parents, and marks routers whose place in the tree is wrong.</summary>
    public RouterTree(IReadOnlyDictionary<string, RuntimeObject<HttpRouterConfig>> routers, IReadOnlyList<string> providerPrecedence)
    {
        this.routers = routers;
        this.providerPrecedence = providerPrecedence;
        var names = routers.Keys.Order(StringComparer.Ordinal).ToList();
        foreach (var name in names)
        {
            Link(routers[name]);
        }

        var reached = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (IsRoot(routers[name].Config))
            {
                Visit(name, [], reached);
            }
        }

        foreach (var name in names)
        {
            Judge(routers[name], reached.Contains(name));
        }
    }

    /// <summary>The routers that are matched on entry points and not behind another, in order of their names.</summary>
    public IEnumerable<RuntimeObject<HttpRouterConfig>> Roots
        => routers.Values.Where(router => IsRoot(router.Config)).OrderBy(router => router.Name, StringComparer.Ordinal);

    /// <summary>Whether a router is matched on entry points, and not behind another.</summary>
    public static bool IsRoot(HttpRouterConfig router) => router.ParentRefs.Count == 0;

    /// <summary>A router's children.</summary>
    public IReadOnlyList<RuntimeObject<HttpRouterConfig>> ChildrenOf(RuntimeObject<HttpRouterConfig> router)
        => [.. NamesOfChildren(router.Name).Select(name => routers[name])];

    /// <summary>
    /// The handler that stands where a parent would have its service: it matches the children. <paramref name="build"/> makes one child's handler; a child with
    /// a fault is marked and left out. A <see cref="ConfigurationException"/> says that none is left.
    /// </summary>
    public RequestDelegate Dispatch(RuntimeObject<HttpRouterConfig> parent, Func<RuntimeObject<HttpRouterConfig>, RequestDelegate> build)
    {
        var entries = new List<RouterEntry>();
        var names = NamesOfChildren(parent.Name);
        foreach (var name in names)
        {
            var child = routers[name];
            if (child.Status == ObjectStatus.Disabled)
            {
                continue;
            }

            try
            {
                entries.Add(new RouterEntry(name, child.Config.Rule, child.Config.RuleSyntax, child.Config.Priority, build(child)));
            }
            catch (ConfigurationException exception)
            {
                child.AddError(exception.Message, critical: true);
            }
        }

        var router = HttpRouter.Build(entries, providerPrecedence, (entry, error) => routers[entry.Name].AddError(error, critical: true));
        return router.Count > 0
            ? new ChildRouter(router).InvokeAsync
            : throw new ConfigurationException($"building child routers muxer: no child routers could be added to muxer ({names.Count} skipped)");
    }

    private SortedSet<string> NamesOfChildren(string name) => children.TryGetValue(name, out var found) ? found : NoChildren;

    private void Link(RuntimeObject<HttpRouterConfig> router)
    {
        if (IsRoot(router.Config))
        {
            return;
        }

        if (router.Config.Tls is not null)
        {
            router.AddError("non-root router cannot have TLS configuration", critical: true);
            return;
        }

        foreach (var reference in router.Config.ParentRefs)
        {
            var parent = QualifiedName.Resolve(reference, router.Name);
            if (!routers.ContainsKey(parent))
            {
                router.AddError($"parent router \"{parent}\" does not exist", critical: true);
                continue;
            }

            if (!children.TryGetValue(parent, out var siblings))
            {
                children[parent] = siblings = new SortedSet<string>(StringComparer.Ordinal);
            }

            siblings.Add(router.Name);
        }

        if (router.Config.Observability is not null)
        {
            router.AddError("non-root router cannot have Observability configuration", critical: true);
        }

        if (router.Config.EntryPoints.Count > 0)
        {
            router.AddError("non-root router cannot have Entrypoints configuration", critical: true);
        }
    }

    // Drops the links that lead back to where the visit came from.
    private void Visit(string name, List<string> path, HashSet<string> reached)
    {
        if (!reached.Add(name))
        {
            return;
        }

        path.Add(name);
        foreach (var child in NamesOfChildren(name).ToList())
        {
            var start = path.IndexOf(child);
            if (start < 0)
            {
                Visit(child, path, reached);
                continue;
            }

            children[name].Remove(child);
            routers[name].AddError($"cyclic reference detected in router tree: {string.Join(" -> ", path.Skip(start))} -> {child}", critical: false);
        }

        path.RemoveAt(path.Count - 1);
    }

    private void Judge(RuntimeObject<HttpRouterConfig> router, bool isReached)
    {
        var isParent = NamesOfChildren(router.Name).Count > 0;
        var hasService = router.Config.Service.Length > 0;
        if (!isReached && router.Config.Tls is null)
        {
            router.AddError("router is not reachable", critical: true);
        }
        else if (isReached && isParent && hasService)
        {
            router.AddError("router has both a service and is referenced as a parent by other routers", critical: true);
        }
        else if (isReached && !isParent && !hasService)
        {
            router.AddError("router has no service and no child routers", critical: true);
        }
    }

    private sealed class ChildRouter(HttpRouter router)
    {
        public Task InvokeAsync(HttpContext context)
        {
            var state = RequestState.Of(context);
            state.RoutingPath = RoutingPath.Of(state.Target.EscapedPath);
            return router.Match(state) is { } handler ? handler(context) : PlainAnswers.ErrorAsync(context, StatusCodes.Status404NotFound, "404 page not found");
        }
    }
}
