using System.Collections.Concurrent;

namespace Ingress.Proxy.Pipeline;

/// <summary>
/// State that outlives a snapshot: connection pools, balancing positions, health, rate-limit buckets. An object asks for its state by kind, name and canonical
/// configuration; where the last snapshot had the same, it gets that one. What the new snapshot did not ask for is disposed after the old one is out of use.
/// </summary>
internal sealed class StateStore(StateStore? previous)
{
    private readonly ConcurrentDictionary<(string Kind, string Name, string Configuration), Lazy<object>> entries = new();

    /// <summary>The state of this kind, name and configuration, carried over from the last snapshot or created.</summary>
    public T Get<T>(string kind, string name, string configuration, Func<T> create)
        where T : class
    {
        var key = (kind, name, configuration);
        return (T)entries.GetOrAdd(key, static (key, arg) => arg.previous is not null && arg.previous.entries.TryGetValue(key, out var kept) && kept.IsValueCreated
            ? kept
            : new Lazy<object>(() => arg.create()), (previous, create)).Value;
    }

    /// <summary>Forgets the last snapshot's store, and returns what of it was not carried over, to be disposed once no request uses it.</summary>
    public IReadOnlyList<object> ReleasePrevious()
    {
        if (previous is null)
        {
            return [];
        }

        var unused = new List<object>();
        foreach (var (key, state) in previous.entries)
        {
            if (!entries.ContainsKey(key) && state.IsValueCreated)
            {
                unused.Add(state.Value);
            }
        }

        previous = null;
        return unused;
    }

    /// <summary>All states, to be disposed when the process ends.</summary>
    public IEnumerable<object> All => entries.Values.Where(state => state.IsValueCreated).Select(state => state.Value);
}
