namespace Ingress.Proxy.Pipeline.Middlewares.CircuitBreaking;

/// <summary>
/// The three states of a circuit breaker: closed, open, and recovering, in which the share of requests let through grows from none to one half. Outlives reloads.
/// </summary>
internal sealed class Breaker(BreakerCondition condition, CircuitBreakerOptions options, TimeProvider time)
{
    private readonly Lock gate = new();
    private volatile BreakerState state;
    private long until;
    private long nextCheck;
    private long recoveryStart;
    private long allowed;
    private long denied;

    /// <summary>Where it stands.</summary>
    public BreakerState State => state;

    /// <summary>Whether a request may pass.</summary>
    public bool Allows()
    {
        if (state == BreakerState.Closed)
        {
            return true;
        }

        lock (gate)
        {
            var now = time.GetTimestamp();
            if (state == BreakerState.Open)
            {
                if (now < until)
                {
                    return false;
                }

                state = BreakerState.Recovering;
                recoveryStart = now;
                until = now + Ticks(options.RecoveryDuration.ToTimeSpan());
                allowed = denied = 0;
            }

            if (state == BreakerState.Recovering && now > until)
            {
                state = BreakerState.Closed;
            }

            return state == BreakerState.Closed || AllowsShare(now);
        }
    }

    /// <summary>Counts an answer, and opens where the condition holds; true where this answer opened it.</summary>
    public bool Record(int status, TimeSpan latency)
    {
        var now = time.GetTimestamp();
        var second = now / time.TimestampFrequency;
        condition.Record(second, status, latency);
        if (now < Volatile.Read(ref nextCheck))
        {
            return false;
        }

        lock (gate)
        {
            if (now < nextCheck)
            {
                return false;
            }

            Volatile.Write(ref nextCheck, now + Ticks(options.CheckPeriod.ToTimeSpan()));
            if (state == BreakerState.Open || !condition.Holds(second))
            {
                return false;
            }

            state = BreakerState.Open;
            until = now + Ticks(options.FallbackDuration.ToTimeSpan());
            condition.Reset();
            return true;
        }
    }

    private bool AllowsShare(long now)
    {
        var elapsed = (double)(now - recoveryStart) / Math.Max(1, Ticks(options.RecoveryDuration.ToTimeSpan()));
        if ((allowed + 1.0) / (allowed + 1 + denied) < 0.5 * elapsed)
        {
            allowed++;
            return true;
        }

        denied++;
        return false;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}

/// <summary>Where a circuit breaker stands.</summary>
internal enum BreakerState
{
    /// <summary>All requests pass.</summary>
    Closed,

    /// <summary>None passes.</summary>
    Open,

    /// <summary>Some pass.</summary>
    Recovering,
}
