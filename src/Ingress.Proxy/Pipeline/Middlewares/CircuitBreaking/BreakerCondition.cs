using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares.Predicates;

namespace Ingress.Proxy.Pipeline.Middlewares.CircuitBreaking;

/// <summary>The expression upon which a breaker opens, with the signals that it reads.</summary>
internal sealed class BreakerCondition
{
    private readonly List<Signal> signals = [];
    private readonly Func<long, bool> holds;

    private BreakerCondition(string expression) => holds = new PredicateCompiler<long>(Function).Compile(expression);

    /// <summary>Reads an expression; throws a <see cref="ConfigurationException"/> where it is malformed.</summary>
    public static BreakerCondition Parse(string expression) => new(expression);

    /// <summary>Counts an answer.</summary>
    public void Record(long second, int status, TimeSpan latency)
    {
        foreach (var signal in signals)
        {
            signal.Record(second, status, latency);
        }
    }

    /// <summary>Whether it holds in this second.</summary>
    public bool Holds(long second) => holds(second);

    /// <summary>Forgets all answers.</summary>
    public void Reset()
    {
        foreach (var signal in signals)
        {
            signal.Reset();
        }
    }

    private PredicateFunction<long>? Function(string name, IReadOnlyList<object> arguments)
    {
        switch (name)
        {
            case "NetworkErrorRatio":
                Check(name, arguments, 0);
                return Ratio(new RollingRatio(static status => status is 502 or 504, static _ => true));
            case "ResponseCodeRatio":
                Check(name, arguments, 4);
                var bounds = arguments.Select(argument => argument is long bound ? bound : throw NotWhole(name)).ToArray();
                return Ratio(new RollingRatio(status => status >= bounds[0] && status < bounds[1], status => status >= bounds[2] && status < bounds[3]));
            case "LatencyAtQuantileMS":
                Check(name, arguments, 1);
                var percentage = arguments[0] switch
                {
                    long whole => whole,
                    double number => number,
                    _ => throw new ConfigurationException(name + " takes a number, such as 50.0"),
                };
                var latency = new RollingLatency();
                signals.Add(latency);
                return new PredicateFunction<long> { Whole = second => latency.Milliseconds(percentage, second) };
            default:
                return null;
        }
    }

    private PredicateFunction<long> Ratio(RollingRatio ratio)
    {
        signals.Add(ratio);
        return new PredicateFunction<long> { Fraction = ratio.Value };
    }

    private static void Check(string name, IReadOnlyList<object> arguments, int count)
    {
        if (arguments.Count != count)
        {
            throw new ConfigurationException($"{name} takes {count} arguments, not {arguments.Count}");
        }
    }

    private static ConfigurationException NotWhole(string name) => new(name + " takes whole numbers, such as 500");
}
