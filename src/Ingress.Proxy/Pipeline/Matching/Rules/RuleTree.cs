using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Matching.Rules;

internal enum RuleOperator
{
    Matcher,
    And,
    Or,
}

/// <summary>A rule as matchers joined by AND and OR; negations stand at the matchers.</summary>
internal sealed class RuleTree
{
    private RuleTree(RuleOperator op, IReadOnlyList<RuleTree> children, string name, IReadOnlyList<string> arguments, bool isNegated)
    {
        Operator = op;
        Children = children;
        Name = name;
        Arguments = arguments;
        IsNegated = isNegated;
    }

    public RuleOperator Operator { get; }

    /// <summary>What AND or OR joins, two or more.</summary>
    public IReadOnlyList<RuleTree> Children { get; }

    /// <summary>The matcher's name in its catalog's spelling.</summary>
    public string Name { get; }

    /// <summary>The matcher's arguments, one byte a character.</summary>
    public IReadOnlyList<string> Arguments { get; }

    public bool IsNegated { get; }

    /// <summary>Reads an HTTP rule and checks its matchers. A <see cref="ConfigurationException"/> says what is wrong, in Traefik's words.</summary>
    public static RuleTree Parse(string rule, string syntax) => HttpRule.Of(rule, syntax).Tree;

    /// <summary>The hosts of a rule; none where it cannot be read.</summary>
    public static IReadOnlyList<string> HostsOf(string rule, string syntax)
    {
        try
        {
            return Parse(rule, syntax).Hosts();
        }
        catch (ConfigurationException)
        {
            // The router itself reports what is wrong with its rule.
            return [];
        }
    }

    public static RuleTree Matcher(string name, IReadOnlyList<string> arguments) => new(RuleOperator.Matcher, [], name, arguments, false);

    /// <summary>Joins two trees; chains of one operator become one node, so that long rules stay flat.</summary>
    public static RuleTree Join(RuleOperator op, RuleTree left, RuleTree right)
    {
        if (left.Operator == op && left.Children is List<RuleTree> chain)
        {
            chain.Add(right);
            return left;
        }

        return new RuleTree(op, new List<RuleTree> { left, right }, "", [], false);
    }

    /// <summary>The opposite, by De Morgan.</summary>
    public RuleTree Invert() => Operator switch
    {
        RuleOperator.Matcher => new RuleTree(Operator, Children, Name, Arguments, !IsNegated),
        RuleOperator.And => new RuleTree(RuleOperator.Or, Children.Select(child => child.Invert()).ToList(), Name, Arguments, false),
        _ => new RuleTree(RuleOperator.And, Children.Select(child => child.Invert()).ToList(), Name, Arguments, false),
    };

    /// <summary>
    /// The arguments of all <c>Host</c> matchers in lower case, in the rule's order: the names that certificates and TLS options are for. Names that the rule
    /// leaves out are none of them.
    /// </summary>
    public IReadOnlyList<string> Hosts() => ArgumentsOf("Host");

    /// <summary>The arguments of all matchers of this name that are not negated, in lower case, in the rule's order.</summary>
    public IReadOnlyList<string> ArgumentsOf(string matcher)
    {
        var found = new List<string>();
        Collect(matcher, found);
        return found;
    }

    private void Collect(string matcher, List<string> found)
    {
        if (Operator != RuleOperator.Matcher)
        {
            foreach (var child in Children)
            {
                child.Collect(matcher, found);
            }
        }
        else if (Name == matcher && !IsNegated)
        {
            foreach (var argument in Arguments)
            {
                found.Add(ByteText.ToText(argument).ToLowerInvariant());
            }
        }
    }
}
