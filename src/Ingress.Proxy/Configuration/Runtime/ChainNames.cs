using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Configuration.Runtime;

/// <summary>Gives the members of chains in use their full names, as the API shows them.</summary>
internal static class ChainNames
{
    private const string Key = "chain";

    /// <summary>The middlewares with the names in all chains that a router uses, itself or through another chain, completed.</summary>
    public static Dictionary<string, HttpMiddlewareConfig> Complete(Dictionary<string, HttpMiddlewareConfig> middlewares, IReadOnlyDictionary<string, HttpRouterConfig> routers)
    {
        var completed = new Dictionary<string, HttpMiddlewareConfig>(middlewares, StringComparer.Ordinal);
        var waiting = new Stack<string>(routers.SelectMany(router => router.Value.Middlewares.Select(name => QualifiedName.Resolve(name, router.Key))));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (waiting.TryPop(out var name))
        {
            if (!seen.Add(name) || !middlewares.TryGetValue(name, out var middleware)
                || middleware.Sections.GetValueOrDefault(Key) is not ChainOptions chain || chain.Middlewares.Count == 0)
            {
                continue;
            }

            var members = chain.Middlewares.Select(member => QualifiedName.Resolve(member, name)).ToList();
            completed[name] = middleware with { Sections = new Dictionary<string, object?>(middleware.Sections) { [Key] = chain with { Middlewares = members } } };
            members.ForEach(waiting.Push);
        }

        return completed;
    }
}
