namespace Ingress.Proxy.Pipeline.Middlewares.CircuitBreaking;

/// <summary>What a circuit breaker watches: a figure over the answers of the last ten seconds, kept in slots of one second.</summary>
internal abstract class Signal
{
    /// <summary>How many seconds count.</summary>
    protected const int Slots = 10;

    private readonly Lock gate = new();
    private readonly long[] seconds = [.. Enumerable.Repeat(long.MinValue, Slots)];

    /// <summary>Counts an answer.</summary>
    public abstract void Record(long second, int status, TimeSpan latency);

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        lock (gate)
        {
            for (var slot = 0; slot < Slots; slot++)
            {
                Clear(slot);
            }
        }
    }

    /// <summary>Empties a slot.</summary>
    protected abstract void Clear(int slot);

    /// <summary>The slot of this second, emptied of what it held ten seconds ago.</summary>
    protected int SlotOf(long second)
    {
        var slot = (int)(second % Slots);
        if (Volatile.Read(ref seconds[slot]) != second)
        {
            lock (gate)
            {
                if (seconds[slot] != second)
                {
                    Clear(slot);
                    Volatile.Write(ref seconds[slot], second);
                }
            }
        }

        return slot;
    }

    /// <summary>Whether the slot belongs to the last ten seconds.</summary>
    protected bool Counts(int slot, long now) => Volatile.Read(ref seconds[slot]) > now - Slots;
}
