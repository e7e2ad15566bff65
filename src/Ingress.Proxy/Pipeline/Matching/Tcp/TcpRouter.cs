using Ingress.Proxy.Pipeline.Services.Tcp;
using Ingress.Proxy.Tls;

namespace Ingress.Proxy.Pipeline.Matching.Tcp;

/// <summary>The TCP routers of one entry point, those with TLS or those without.</summary>
internal sealed class TcpRouter
{
    private readonly TcpRoute[] routes;
    private readonly Dictionary<string, int[]> byName;
    private readonly int[] others;

    public TcpRouter(IEnumerable<TcpRoute> routes, IReadOnlyList<string> providerPrecedence)
    {
        this.routes = [.. routes];
        Array.Sort(this.routes, (left, right) => RouterPriority.Compare((left.Name, left.Priority), (right.Name, right.Priority), providerPrecedence));
        var table = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var rest = new List<int>();
        for (var place = 0; place < this.routes.Length; place++)
        {
            if (this.routes[place].ServerNames is not { } names)
            {
                rest.Add(place);
                continue;
            }

            foreach (var name in names)
            {
                RouteIndex.Add(table, name, place);
            }
        }

        byName = table.ToDictionary(entry => entry.Key, entry => entry.Value.ToArray(), StringComparer.Ordinal);
        others = [.. rest];
    }

    /// <summary>One without routers.</summary>
    public static TcpRouter Empty { get; } = new([], []);

    /// <summary>How many routers it has.</summary>
    public int Count => routes.Length;

    /// <summary>The router that a connection belongs to, or null.</summary>
    public TcpRoute? Match(in TcpFacts facts)
    {
        var first = int.MaxValue;
        if (byName.TryGetValue(facts.ServerName, out var places))
        {
            Search(places, facts, ref first);
        }

        Search(others, facts, ref first);
        return first == int.MaxValue ? null : routes[first];
    }

    private void Search(int[] places, in TcpFacts facts, ref int first)
    {
        foreach (var place in places)
        {
            if (place >= first)
            {
                return;
            }

            if (routes[place].Condition(facts))
            {
                first = place;
                return;
            }
        }
    }
}

/// <summary>One TCP router.</summary>
internal sealed class TcpRoute
{
    /// <summary>The router's qualified name.</summary>
    public required string Name { get; init; }

    /// <summary>The priority in force.</summary>
    public required long Priority { get; init; }

    /// <summary>The rule.</summary>
    public required TcpCondition Condition { get; init; }

    /// <summary>The server names of which one is necessary for the rule; null where it may match without.</summary>
    public IReadOnlyCollection<string>? ServerNames { get; init; }

    /// <summary>Whether the rule is nothing but <c>HostSNI(`*`)</c>.</summary>
    public bool IsCatchAll { get; init; }

    /// <summary>What happens to its connections; null closes them, because the router's TLS options are broken and weaker ones must not stand in.</summary>
    public TcpHandler? Handler { get; init; }

    /// <summary>The TLS options to terminate with; null where bytes pass as they are.</summary>
    public TlsParameters? Tls { get; init; }
}
