namespace Ingress.Proxy.Pipeline.Services.Balancing;

/// <summary>
/// Weighted round robin by earliest deadline first (<c>wrr</c>). The order repeats after as many picks as there are weights, so it is laid out once; a pick is
/// one step in it, and targets that are down are stepped over.
/// </summary>
internal sealed class WeightedRoundRobin : BalancingStrategy
{
    private const int LongestOrder = 8192;

    private readonly BalancedTarget[] order;
    private int position = -1;

    public WeightedRoundRobin(BalancedTarget[] targets)
    {
        order = LayOut(targets);
        if (order.Length > 1)
        {
            // So that many proxies (or restarts) do not all begin with the first server.
            position = Random.Shared.Next(order.Length);
        }
    }

    /// <inheritdoc/>
    public override string Label => "WRR";

    /// <inheritdoc/>
    public override BalancedTarget? Next(RequestState request)
    {
        if (order.Length == 1)
        {
            return order[0].IsAvailable ? order[0] : null;
        }

        for (var tries = 0; tries < order.Length; tries++)
        {
            var target = order[(uint)Interlocked.Increment(ref position) % (uint)order.Length];
            if (target.IsAvailable)
            {
                return target;
            }
        }

        return null;
    }

    private static BalancedTarget[] LayOut(BalancedTarget[] targets)
    {
        var weights = Shares(targets);
        var deadlines = new PriorityQueue<int, (double Deadline, int Index)>();
        var total = 0;
        for (var i = 0; i < targets.Length; i++)
        {
            deadlines.Enqueue(i, (1.0 / weights[i], i));
            total += weights[i];
        }

        var order = new BalancedTarget[total];
        for (var i = 0; i < total; i++)
        {
            deadlines.TryDequeue(out var index, out var priority);
            order[i] = targets[index];
            deadlines.Enqueue(index, (priority.Deadline + (1.0 / weights[index]), index));
        }

        return order;
    }

    // Weights without their common divisor; very large ones are brought down to what an order of bearable length can tell apart.
    private static int[] Shares(BalancedTarget[] targets)
    {
        long divisor = 0;
        foreach (var target in targets)
        {
            divisor = Gcd(target.Weight, divisor);
        }

        var total = 0.0;
        foreach (var target in targets)
        {
            total += target.Weight / divisor;
        }

        var scale = Math.Min(1, LongestOrder / Math.Max(total, 1));
        var shares = new int[targets.Length];
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] = Math.Max(1, (int)Math.Round(targets[i].Weight / divisor * scale));
        }

        return shares;
    }

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);
}
