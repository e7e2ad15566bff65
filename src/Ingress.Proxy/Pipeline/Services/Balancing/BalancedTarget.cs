namespace Ingress.Proxy.Pipeline.Services.Balancing;

/// <summary>One of the servers (or services) that a balancer chooses from, with the state that the choice depends on. It outlives snapshots.</summary>
internal sealed class BalancedTarget(int index, string name, int weight, bool isFenced)
{
    private volatile bool isProbedUp = true;
    private volatile bool isBarred;
    private int inFlight;

    /// <summary>Its place among the targets.</summary>
    public int Index { get; } = index;

    /// <summary>The server's URL or the service's name.</summary>
    public string Name { get; } = name;

    /// <summary>Its share, at least 1.</summary>
    public int Weight { get; } = weight;

    /// <summary>Whether it is going away and takes only clients that it already has.</summary>
    public bool IsFenced { get; } = isFenced;

    /// <summary>What the last probe said (or the health of the service below); a target that is not probed counts as up.</summary>
    public bool IsProbedUp
    {
        get => isProbedUp;
        set => isProbedUp = value;
    }

    /// <summary>Whether failed requests have taken it out for a while.</summary>
    public bool IsBarred
    {
        get => isBarred;
        set => isBarred = value;
    }

    /// <summary>Whether it is healthy.</summary>
    public bool IsUp => isProbedUp && !isBarred;

    /// <summary>Whether it may be chosen for a new client.</summary>
    public bool IsAvailable => isProbedUp && !isBarred && !IsFenced;

    /// <summary>Requests under way; counted only where the strategy asks for it.</summary>
    public int InFlight => Volatile.Read(ref inFlight);

    /// <summary>The times of its latest answers; filled only where the strategy asks for it.</summary>
    public AnswerTimes AnswerTimes { get; } = new();

    /// <summary>Counts a request that begins.</summary>
    public void Begin() => Interlocked.Increment(ref inFlight);

    /// <summary>Counts a request that ended.</summary>
    public void End() => Interlocked.Decrement(ref inFlight);
}
