namespace Ingress.Proxy.Pipeline.Services.Balancing;

/// <summary>Of two targets picked at random, the one with fewer requests under way (<c>p2c</c>); weights do not count.</summary>
internal sealed class PowerOfTwoChoices(BalancedTarget[] targets) : BalancingStrategy
{
    /// <inheritdoc/>
    public override string Label => "P2C";

    /// <inheritdoc/>
    public override bool CountsRequests => true;

    /// <inheritdoc/>
    public override BalancedTarget? Next(RequestState request)
    {
        var available = 0;
        foreach (var target in targets)
        {
            available += target.IsAvailable ? 1 : 0;
        }

        if (available < 2)
        {
            return available == 0 ? null : Available(0);
        }

        var first = Random.Shared.Next(available);
        var second = Random.Shared.Next(available - 1);
        var one = Available(first);
        var other = Available(second >= first ? second + 1 : second);
        return other is not null && (one is null || other.InFlight < one.InFlight) ? other : one;
    }

    // Health may change between counting and picking; the last one that is available then stands in.
    private BalancedTarget? Available(int skip)
    {
        BalancedTarget? found = null;
        foreach (var target in targets)
        {
            if (target.IsAvailable)
            {
                found = target;
                if (skip-- == 0)
                {
                    break;
                }
            }
        }

        return found;
    }
}
