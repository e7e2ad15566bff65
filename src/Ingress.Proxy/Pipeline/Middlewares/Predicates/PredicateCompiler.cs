using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Middlewares.Predicates;

/// <summary>Makes a delegate of a parsed predicate, with the functions of one middleware.</summary>
/// <typeparam name="TSubject">What the functions look at.</typeparam>
/// <param name="functions">Makes a function of its name and constant arguments; null where there is none of that name.</param>
internal sealed class PredicateCompiler<TSubject>(Func<string, IReadOnlyList<object>, PredicateFunction<TSubject>?> functions)
{
    /// <summary>Parses and compiles; throws a <see cref="ConfigurationException"/> where the text is no predicate.</summary>
    public Func<TSubject, bool> Compile(string text) => CompileTruth(PredicateParser.Parse(text));

    private Func<TSubject, bool> CompileTruth(PredicateNode node)
    {
        switch (node)
        {
            case LogicNode { IsAnd: true } both:
                var (first, second) = (CompileTruth(both.Left), CompileTruth(both.Right));
                return subject => first(subject) && second(subject);
            case LogicNode either:
                var (left, right) = (CompileTruth(either.Left), CompileTruth(either.Right));
                return subject => left(subject) || right(subject);
            case ComparisonNode comparison:
                return CompileComparison(comparison);
            case CallNode call when Function(call) is { Truth: { } truth }:
                return truth;
            case CallNode call:
                throw new ConfigurationException($"{call.Name} is a value: compare it with something");
            default:
                throw new ConfigurationException($"expected a predicate, found the constant {((LiteralNode)node).Value}");
        }
    }

    private Func<TSubject, bool> CompileComparison(ComparisonNode comparison)
    {
        if (comparison is not { Left: CallNode call, Right: LiteralNode { Value: var constant } })
        {
            throw new ConfigurationException($"{comparison.Operator} needs a function on its left and a constant on its right");
        }

        var function = Function(call);
        return function switch
        {
            { Whole: { } whole } when constant is long number => subject => Holds(comparison.Operator, whole(subject).CompareTo(number)),
            { Fraction: { } fraction } when constant is double number => subject => Holds(comparison.Operator, fraction(subject).CompareTo(number)),
            { Text: { } text } when constant is string word && comparison.Operator is "==" or "!="
                => subject => Holds(comparison.Operator, string.CompareOrdinal(text(subject), word)),
            { Whole: not null } => throw new ConfigurationException($"{call.Name} is compared with a whole number, not with {constant}"),
            { Fraction: not null } => throw new ConfigurationException($"{call.Name} is compared with a number that has a point, such as 0.5, not with {constant}"),
            _ => throw new ConfigurationException($"{call.Name} cannot be compared by {comparison.Operator} with {constant}"),
        };
    }

    private static bool Holds(string operation, int comparison) => operation switch
    {
        "<" => comparison < 0,
        "<=" => comparison <= 0,
        ">" => comparison > 0,
        ">=" => comparison >= 0,
        "==" => comparison == 0,
        _ => comparison != 0,
    };

    private PredicateFunction<TSubject> Function(CallNode call)
    {
        var arguments = new List<object>(call.Arguments.Count);
        foreach (var argument in call.Arguments)
        {
            arguments.Add(argument is LiteralNode literal ? literal.Value : throw new ConfigurationException($"{call.Name} takes constants only"));
        }

        return functions(call.Name, arguments) ?? throw new ConfigurationException("unsupported function: " + call.Name);
    }
}

/// <summary>A function of a predicate, of one of four kinds.</summary>
/// <typeparam name="TSubject">What it looks at.</typeparam>
internal sealed record PredicateFunction<TSubject>
{
    /// <summary>Gives a whole number. Default: null, another kind.</summary>
    public Func<TSubject, long>? Whole { get; init; }

    /// <summary>Gives a number with a point. Default: null, another kind.</summary>
    public Func<TSubject, double>? Fraction { get; init; }

    /// <summary>Gives a text. Default: null, another kind.</summary>
    public Func<TSubject, string>? Text { get; init; }

    /// <summary>Is a predicate itself. Default: null, another kind.</summary>
    public Func<TSubject, bool>? Truth { get; init; }
}
