using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Matching.Matchers;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Matching;

/// <summary>
/// The routers of one entry point or of one parent. The result is always the first in Traefik's order that matches; an index by host and path only spares
/// asking those that cannot.
/// </summary>
internal sealed class HttpRouter
{
    private readonly Route[] routes;
    private readonly RouteIndex index;

    private HttpRouter(Route[] routes)
    {
        this.routes = routes;
        index = new RouteIndex(routes);
    }

    /// <summary>One without routers.</summary>
    public static HttpRouter Empty { get; } = new([]);

    /// <summary>How many routers it has.</summary>
    public int Count => routes.Length;

    /// <summary>Builds one; a router with a fault is reported and left out.</summary>
    public static HttpRouter Build(IReadOnlyList<RouterEntry> entries, IReadOnlyList<string> providerPrecedence, Action<RouterEntry, string> onError)
    {
        var routes = new List<Route>(entries.Count);
        foreach (var entry in entries)
        {
            var priority = RouterPriority.Of(entry.Rule, entry.Priority);
            if (RouterPriority.Fault(entry.Name, priority) is { } fault)
            {
                onError(entry, fault);
                continue;
            }

            try
            {
                routes.Add(new Route(entry.Name, priority, HttpRule.Of(entry.Rule, entry.RuleSyntax), entry.Handler));
            }
            catch (ConfigurationException exception)
            {
                onError(entry, exception.Message);
            }
        }

        routes.Sort((left, right) => RouterPriority.Compare((left.Name, left.Priority), (right.Name, right.Priority), providerPrecedence));
        return new HttpRouter([.. routes]);
    }

    /// <summary>The handler of the router that the request belongs to, or null.</summary>
    public RequestDelegate? Match(RequestState state)
    {
        var found = index.First(routes, state);
        return found < 0 ? null : routes[found].Handler;
    }

    /// <summary>The same by asking one router after the other, as a reference for tests.</summary>
    public RequestDelegate? MatchInOrder(RequestState state)
    {
        foreach (var route in routes)
        {
            if (route.Matcher.Matches(state))
            {
                return route.Handler;
            }
        }

        return null;
    }

    /// <summary>One router in its place.</summary>
    internal readonly struct Route(string name, long priority, HttpRule rule, RequestDelegate handler)
    {
        public string Name { get; } = name;

        public long Priority { get; } = priority;

        /// <summary>Held so that it is known to the next reload.</summary>
        public HttpRule Rule { get; } = rule;

        public Matcher Matcher { get; } = rule.Matcher;

        public RequestDelegate Handler { get; } = handler;
    }
}
