using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Services.Balancing;

/// <summary>Chooses one of the targets for a request. It keeps its position over reloads.</summary>
internal abstract class BalancingStrategy
{
    /// <summary>The name in Traefik's error texts.</summary>
    public abstract string Label { get; }

    /// <summary>Whether it needs to know the requests under way.</summary>
    public virtual bool CountsRequests => false;

    /// <summary>Whether it needs to know how fast answers begin.</summary>
    public virtual bool TimesAnswers => false;

    /// <summary>Whether a sticky cookie makes sense with it.</summary>
    public virtual bool CanStick => true;

    /// <summary>The target for the request; null where none is available.</summary>
    public abstract BalancedTarget? Next(RequestState request);

    /// <summary>The strategy of this name. Throws a configuration exception for an unknown one.</summary>
    public static BalancingStrategy Create(string name, BalancedTarget[] targets) => name switch
    {
        "" or "wrr" => new WeightedRoundRobin(targets),
        "p2c" => new PowerOfTwoChoices(targets),
        "hrw" => new RendezvousHashing(targets),
        "leasttime" => new LeastTime(targets),
        _ => throw new ConfigurationException($"unsupported load-balancer strategy \"{name}\""),
    };
}
