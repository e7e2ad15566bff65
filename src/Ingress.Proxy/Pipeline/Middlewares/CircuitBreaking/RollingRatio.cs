namespace Ingress.Proxy.Pipeline.Middlewares.CircuitBreaking;

/// <summary>How many answers with certain statuses there were, as a share of those with certain other ones.</summary>
internal sealed class RollingRatio(Func<int, bool> isPart, Func<int, bool> isWhole) : Signal
{
    private readonly long[] parts = new long[Slots];
    private readonly long[] wholes = new long[Slots];

    /// <inheritdoc/>
    public override void Record(long second, int status, TimeSpan latency)
    {
        var slot = SlotOf(second);
        if (isPart(status))
        {
            Interlocked.Increment(ref parts[slot]);
        }

        if (isWhole(status))
        {
            Interlocked.Increment(ref wholes[slot]);
        }
    }

    /// <summary>The share now; 0 where nothing was counted.</summary>
    public double Value(long now)
    {
        long part = 0;
        long whole = 0;
        for (var slot = 0; slot < Slots; slot++)
        {
            if (Counts(slot, now))
            {
                part += Volatile.Read(ref parts[slot]);
                whole += Volatile.Read(ref wholes[slot]);
            }
        }

        return whole == 0 ? 0 : (double)part / whole;
    }

    /// <inheritdoc/>
    protected override void Clear(int slot) => parts[slot] = wholes[slot] = 0;
}
