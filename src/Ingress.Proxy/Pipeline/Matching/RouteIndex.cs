using Ingress.Proxy.Pipeline.Matching.Matchers;

namespace Ingress.Proxy.Pipeline.Matching;

/// <summary>
/// Finds the routers that may match a request by its host: first those that ask for exactly that host, then those with a wildcard for it, then those that
/// ask for none. A router may stand in several places; the earliest that matches wins, wherever it stands.
/// </summary>
internal sealed class RouteIndex
{
    private readonly Dictionary<string, PathIndex> exact;
    private readonly Dictionary<string, PathIndex> wildcards;
    private readonly Dictionary<string, PathIndex>.AlternateLookup<ReadOnlySpan<char>> exactBySpan;
    private readonly Dictionary<string, PathIndex>.AlternateLookup<ReadOnlySpan<char>> wildcardsBySpan;
    private readonly PathIndex any;

    public RouteIndex(HttpRouter.Route[] routes)
    {
        var byHost = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var byWildcard = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var rest = new List<int>();
        for (var place = 0; place < routes.Length; place++)
        {
            if (routes[place].Matcher.Hosts is not { } hosts)
            {
                rest.Add(place);
                continue;
            }

            foreach (var host in hosts)
            {
                Add(host.IsWildcard ? byWildcard : byHost, host.Text, place);
            }
        }

        exact = Indexed(byHost, routes);
        wildcards = Indexed(byWildcard, routes);
        exactBySpan = exact.GetAlternateLookup<ReadOnlySpan<char>>();
        wildcardsBySpan = wildcards.GetAlternateLookup<ReadOnlySpan<char>>();
        any = new PathIndex(rest, routes);
    }

    /// <summary>The place of the first router that matches, or -1.</summary>
    public int First(HttpRouter.Route[] routes, RequestState state)
    {
        var first = int.MaxValue;
        var host = state.RoutingHost;
        if (host.Length > 0)
        {
            Search(host, routes, state, ref first);
            if (state.FlattenedHost.Length > 0)
            {
                Search(state.FlattenedHost.ToLowerInvariant(), routes, state, ref first);
            }
        }

        any.Search(routes, state, ref first);
        return first == int.MaxValue ? -1 : first;
    }

    /// <summary>Notes a router under a key, once, in order.</summary>
    public static void Add(Dictionary<string, List<int>> table, string key, int place)
    {
        if (!table.TryGetValue(key, out var places))
        {
            table[key] = places = new List<int>(1);
        }

        if (places.Count == 0 || places[^1] != place)
        {
            places.Add(place);
        }
    }

    private void Search(string host, HttpRouter.Route[] routes, RequestState state, ref int first)
    {
        if (exact.TryGetValue(host, out var found))
        {
            found.Search(routes, state, ref first);
        }

        if (host[^1] == '.' && exactBySpan.TryGetValue(host.AsSpan(0, host.Length - 1), out found))
        {
            found.Search(routes, state, ref first);
        }

        if (wildcards.Count > 0 && wildcardsBySpan.TryGetValue(HostMatcher.AfterLabel(host), out found))
        {
            found.Search(routes, state, ref first);
        }
    }

    private static Dictionary<string, PathIndex> Indexed(Dictionary<string, List<int>> table, HttpRouter.Route[] routes)
    {
        var indexed = new Dictionary<string, PathIndex>(table.Count, StringComparer.Ordinal);
        foreach (var (key, places) in table)
        {
            indexed[key] = new PathIndex(places, routes);
        }

        return indexed;
    }
}
