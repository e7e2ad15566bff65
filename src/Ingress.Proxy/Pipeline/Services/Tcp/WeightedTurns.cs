namespace Ingress.Proxy.Pipeline.Services.Tcp;

/// <summary>Takes items in turn by weight, evenly mixed: with weights 3 and 1 every fourth is the second.</summary>
/// <typeparam name="T">The items.</typeparam>
internal sealed class WeightedTurns<T>(IReadOnlyList<(T Item, int Weight)> items)
    where T : class
{
    private readonly Lock gate = new();
    private readonly long[] credits = new long[items.Count];

    /// <summary>The next item among those that may be taken, or null.</summary>
    public T? Next(Func<T, bool> mayTake)
    {
        lock (gate)
        {
            var best = -1;
            long total = 0;
            for (var i = 0; i < items.Count; i++)
            {
                var (item, weight) = items[i];
                if (weight <= 0 || !mayTake(item))
                {
                    continue;
                }

                total += weight;
                credits[i] += weight;
                if (best < 0 || credits[i] > credits[best])
                {
                    best = i;
                }
            }

            if (best < 0)
            {
                return null;
            }

            credits[best] -= total;
            return items[best].Item;
        }
    }
}
