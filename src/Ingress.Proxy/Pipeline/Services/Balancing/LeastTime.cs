namespace Ingress.Proxy.Pipeline.Services.Balancing;

/// <summary>The target that answers soonest (<c>leasttime</c>): mean time to the first byte × (1 + requests under way) / weight; equals take turns by weight.</summary>
internal sealed class LeastTime(BalancedTarget[] targets) : BalancingStrategy
{
    private readonly WeightedRoundRobin turns = new(targets);

    /// <inheritdoc/>
    public override string Label => "LeastTime";

    /// <inheritdoc/>
    public override bool CountsRequests => true;

    /// <inheritdoc/>
    public override bool TimesAnswers => true;

    /// <inheritdoc/>
    public override BalancedTarget? Next(RequestState request)
    {
        BalancedTarget? best = null;
        var lowest = double.MaxValue;
        var equals = 0;
        foreach (var target in targets)
        {
            if (!target.IsAvailable)
            {
                continue;
            }

            var score = Score(target);
            if (score < lowest)
            {
                best = target;
                lowest = score;
                equals = 1;
            }
            else if (score == lowest)
            {
                equals++;
            }
        }

        return equals < 2 ? best : NextOfEquals(request, lowest) ?? best;
    }

    private BalancedTarget? NextOfEquals(RequestState request, double score)
    {
        for (var tries = 0; tries < targets.Length; tries++)
        {
            if (turns.Next(request) is { } candidate && Score(candidate) <= score)
            {
                return candidate;
            }
        }

        return null;
    }

    private static double Score(BalancedTarget target) => target.AnswerTimes.Mean * (1 + target.InFlight) / target.Weight;
}
