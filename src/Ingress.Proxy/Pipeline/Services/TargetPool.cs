using Ingress.Proxy.Pipeline.Services.Balancing;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Services;

/// <summary>The targets of one balancer with all that outlives a reload: their health, the strategy's position, the cookie's values.</summary>
internal sealed class TargetPool
{
    private readonly StickyCookie? cookie;

    private TargetPool(BalancedTarget[] targets, int[] places, BalancingStrategy strategy, StickyOptions? sticky)
    {
        Targets = targets;
        Places = places;
        Strategy = strategy;
        cookie = sticky?.Cookie is { } options && strategy.CanStick ? new StickyCookie(options, targets) : null;
    }

    /// <summary>The targets that may get requests: those with a weight.</summary>
    public BalancedTarget[] Targets { get; }

    /// <summary>For each target, its place in the configured list.</summary>
    public int[] Places { get; }

    /// <summary>Who chooses.</summary>
    public BalancingStrategy Strategy { get; }

    /// <summary>Whether any target is healthy.</summary>
    public bool HasUp
    {
        get
        {
            foreach (var target in Targets)
            {
                if (target.IsUp)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>A pool of servers. Throws a configuration exception for an unknown strategy.</summary>
    public static TargetPool ForServers(LoadBalancerOptions options)
    {
        var list = new List<(string Name, int Weight, bool IsFenced)>();
        foreach (var server in options.Servers)
        {
            list.Add((server.Url, server.Weight ?? 1, server.Fenced));
        }

        return Create(list, targets => BalancingStrategy.Create(options.Strategy, targets), options.Sticky);
    }

    /// <summary>A pool of services.</summary>
    public static TargetPool ForServices(IEnumerable<(string Name, int Weight)> services, Func<BalancedTarget[], BalancingStrategy> strategy, StickyOptions? sticky)
        => Create([.. services.Select(service => (service.Name, service.Weight, false))], strategy, sticky);

    /// <summary>The target for this request; null where none is available. A client that is new to its target is told by cookie.</summary>
    public BalancedTarget? Choose(HttpContext context)
    {
        var state = RequestState.Of(context);
        if (cookie is null)
        {
            return Strategy.Next(state);
        }

        if (cookie.Find(context, out var isOldForm) is { IsUp: true } known && !HasJustFailed(state, known))
        {
            if (isOldForm)
            {
                cookie.Write(context, known);
            }

            return known;
        }

        var chosen = Strategy.Next(state);
        if (chosen is not null)
        {
            cookie.Write(context, chosen);
        }

        return chosen;
    }

    // A second try of the same request must not meet the server that has just failed it.
    private static bool HasJustFailed(RequestState state, BalancedTarget target)
        => state.Outcome is ForwardOutcome.NotSent or ForwardOutcome.SentAndFailed && state.ServerUrl == target.Name;

    private static TargetPool Create(List<(string Name, int Weight, bool IsFenced)> list, Func<BalancedTarget[], BalancingStrategy> strategy, StickyOptions? sticky)
    {
        var targets = new List<BalancedTarget>();
        var places = new List<int>();
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].Weight > 0)
            {
                places.Add(i);
                targets.Add(new BalancedTarget(targets.Count, list[i].Name, list[i].Weight, list[i].IsFenced));
            }
        }

        BalancedTarget[] array = [.. targets];
        return new TargetPool(array, [.. places], strategy(array), sticky);
    }
}
