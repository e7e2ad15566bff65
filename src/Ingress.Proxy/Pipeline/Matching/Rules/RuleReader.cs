using System.Collections.Frozen;
using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Matching.Rules;

/// <summary>Gives the expressions of rules their meaning, with the matchers of one syntax.</summary>
internal sealed class RuleReader
{
    private readonly FrozenDictionary<string, string> matchers;

    /// <param name="names">The matchers' names as documented; each may also be written in lower case, in upper case, and with a capital first letter only.</param>
    public RuleReader(IEnumerable<string> names)
    {
        var spellings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var lower = name.ToLowerInvariant();
            spellings[name] = name;
            spellings[lower] = name;
            spellings[name.ToUpperInvariant()] = name;
            spellings[char.ToUpperInvariant(lower[0]) + lower[1..]] = name;
        }

        matchers = spellings.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The rule as a tree. A <see cref="ConfigurationException"/> says what is wrong with it, without naming the rule as a whole.</summary>
    public RuleTree Read(string rule)
    {
        object value;
        try
        {
            value = Evaluate(RuleParser.Parse(rule));
        }
        catch (ConfigurationException fault)
        {
            throw new ConfigurationException($"parsing rule {rule}: {fault.Message}", fault);
        }

        return value as RuleTree ?? throw new ConfigurationException("obtaining build tree");
    }

    /// <summary>The same for TCP rules, whose faults Traefik tells without the rule in front.</summary>
    public RuleTree ReadBare(string rule)
        => Evaluate(RuleParser.Parse(rule)) as RuleTree ?? throw new ConfigurationException($"error while parsing rule {rule}");

    /// <summary>Refuses matchers without arguments and with empty ones.</summary>
    public static void CheckArguments(RuleTree tree)
    {
        try
        {
            CheckBareArguments(tree);
        }
        catch (ConfigurationException fault)
        {
            throw new ConfigurationException($"error while checking rule {tree.Name}: {fault.Message}", fault);
        }
    }

    /// <summary>The same for TCP rules, without the matcher's name in front.</summary>
    public static void CheckBareArguments(RuleTree tree)
    {
        if (tree.Arguments.Count == 0)
        {
            throw new ConfigurationException($"no args for matcher {tree.Name}");
        }

        if (tree.Arguments.Any(argument => argument.Length == 0))
        {
            throw new ConfigurationException($"empty args for matcher {tree.Name}, [{string.Join(' ', tree.Arguments.Select(ByteText.ToText))}]");
        }
    }

    /// <summary>Refuses a number of arguments that the matcher does not take; no counts mean any number.</summary>
    public static void CheckCount(RuleTree tree, IReadOnlyList<int> counts)
    {
        if (counts.Count > 0 && !counts.Contains(tree.Arguments.Count))
        {
            throw new ConfigurationException($"unexpected number of parameters; got {tree.Arguments.Count}, expected one of [{string.Join(' ', counts)}]");
        }
    }

    private object Evaluate(RuleExpression expression)
    {
        switch (expression)
        {
            case RuleExpression.Literal literal:
                return Value(literal);
            case RuleExpression.Parentheses parentheses:
                return Evaluate(parentheses.Inner);
            case RuleExpression.Binary binary:
                return EvaluateChain(binary);
            case RuleExpression.Unary { Operator: "!" } unary:
                return AsTree(Evaluate(unary.Operand)).Invert();
            case RuleExpression.Unary unary:
                Evaluate(unary.Operand);
                throw new ConfigurationException($"{unary.Operator} is not supported");
            case RuleExpression.Call call:
                return Call(call);
            case RuleExpression.Name name:
                throw new ConfigurationException($"{name.Text} is not defined");
            case RuleExpression.Foreign { ForeignKind: "*ast.IndexExpr" }:
                throw new ConfigurationException("properties are not supported");
            default:
                throw new ConfigurationException($"{expression.Kind} is not supported");
        }
    }

    // Chains lean to the left, and a long one must not take the stack.
    private object EvaluateChain(RuleExpression.Binary last)
    {
        var chain = new Stack<RuleExpression.Binary>();
        RuleExpression first = last;
        while (first is RuleExpression.Binary binary)
        {
            chain.Push(binary);
            first = binary.Left;
        }

        var left = Evaluate(first);
        while (chain.TryPop(out var binary))
        {
            var right = Evaluate(binary.Right);
            left = binary.Operator switch
            {
                "&&" => RuleTree.Join(RuleOperator.And, AsTree(left), AsTree(right)),
                "||" => RuleTree.Join(RuleOperator.Or, AsTree(left), AsTree(right)),
                _ => throw new ConfigurationException($"{binary.Operator} is not supported"),
            };
        }

        return left;
    }

    private RuleTree Call(RuleExpression.Call call)
    {
        if (call.Function is not RuleExpression.Name function)
        {
            throw new ConfigurationException($"expected identifier, got: {call.Function.Kind}");
        }

        if (!matchers.TryGetValue(function.Text, out var name))
        {
            throw new ConfigurationException($"unsupported function: {function.Text}");
        }

        var arguments = new List<object>(call.Arguments.Count);
        foreach (var argument in call.Arguments)
        {
            arguments.Add(argument is RuleExpression.Parentheses or RuleExpression.Binary or RuleExpression.Unary
                ? throw new ConfigurationException($"{argument.Kind} is not supported")
                : Evaluate(argument));
        }

        var texts = new string[arguments.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = arguments[i] as string ?? throw new ConfigurationException($"reflect: cannot use {TypeName(arguments[i])} as type string in Call");
        }

        return RuleTree.Matcher(name, texts);
    }

    private static object Value(RuleExpression.Literal literal) => literal.Type switch
    {
        RuleTokenKind.Text => literal.Value,
        RuleTokenKind.Integer => 0L,
        RuleTokenKind.Float => 0.0,
        _ => throw new ConfigurationException("unsupported function argument type: 'CHAR'"),
    };

    private static RuleTree AsTree(object value)
        => value as RuleTree ?? throw new ConfigurationException($"reflect: cannot use {TypeName(value)} as type rules.TreeBuilder in Call");

    private static string TypeName(object value) => value switch
    {
        string => "string",
        long => "int",
        double => "float64",
        _ => "rules.TreeBuilder",
    };
}
