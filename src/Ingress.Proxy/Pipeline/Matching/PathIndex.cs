namespace Ingress.Proxy.Pipeline.Matching;

/// <summary>
/// Routers of one host, found by path where they are many: those that ask for exactly the path, those that ask for a beginning of it, and the others.
/// </summary>
internal sealed class PathIndex
{
    // Asking a few routers costs less than looking them up.
    private const int WorthIndexing = 9;

    private readonly int[] others;
    private readonly Dictionary<string, int[]>? exact;
    private readonly Prefix[] prefixes = [];

    public PathIndex(List<int> places, HttpRouter.Route[] routes)
    {
        if (places.Count < WorthIndexing)
        {
            others = [.. places];
            return;
        }

        var byPath = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var byPrefix = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var rest = new List<int>();
        foreach (var place in places)
        {
            if (routes[place].Matcher.Paths is not { } paths)
            {
                rest.Add(place);
                continue;
            }

            foreach (var path in paths)
            {
                RouteIndex.Add(path.IsPrefix ? byPrefix : byPath, path.Text, place);
            }
        }

        others = [.. rest];
        exact = byPath.ToDictionary(entry => entry.Key, entry => entry.Value.ToArray(), StringComparer.Ordinal);
        prefixes = Chain(byPrefix);
    }

    /// <summary>Lowers <paramref name="first"/> to the place of the first router here that matches, if there is one before it.</summary>
    public void Search(HttpRouter.Route[] routes, RequestState state, ref int first)
    {
        if (exact is not null)
        {
            var path = state.RoutingPath;
            if (exact.TryGetValue(path, out var found))
            {
                Search(found, routes, state, ref first);
            }

            // All prefixes of a path are among its predecessor in order and those that the predecessor itself begins with.
            for (var i = Predecessor(path); i >= 0; i = prefixes[i].Parent)
            {
                if (path.StartsWith(prefixes[i].Text, StringComparison.Ordinal))
                {
                    Search(prefixes[i].Places, routes, state, ref first);
                }
            }
        }

        Search(others, routes, state, ref first);
    }

    private static void Search(int[] places, HttpRouter.Route[] routes, RequestState state, ref int first)
    {
        foreach (var place in places)
        {
            if (place >= first)
            {
                return;
            }

            if (routes[place].Matcher.Matches(state))
            {
                first = place;
                return;
            }
        }
    }

    private int Predecessor(string path)
    {
        var low = 0;
        var high = prefixes.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (string.CompareOrdinal(prefixes[middle].Text, path) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return high;
    }

    private static Prefix[] Chain(Dictionary<string, List<int>> byPrefix)
    {
        var texts = byPrefix.Keys.ToArray();
        Array.Sort(texts, StringComparer.Ordinal);
        var chain = new Prefix[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            var parent = i - 1;
            while (parent >= 0 && !texts[i].StartsWith(texts[parent], StringComparison.Ordinal))
            {
                parent = chain[parent].Parent;
            }

            chain[i] = new Prefix(texts[i], parent, [.. byPrefix[texts[i]]]);
        }

        return chain;
    }

    private readonly record struct Prefix(string Text, int Parent, int[] Places);
}
