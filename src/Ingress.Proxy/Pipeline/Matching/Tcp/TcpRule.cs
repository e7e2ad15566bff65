using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Matching.Rules;

namespace Ingress.Proxy.Pipeline.Matching.Tcp;

/// <summary>A parsed TCP rule.</summary>
internal sealed class TcpRule
{
    private const string HostSni = "HostSNI";
    private static readonly RuleReader Version3 = new(TcpMatcherCatalog.Version3.Keys);
    private static readonly RuleReader Version2 = new(TcpMatcherCatalog.Version2.Keys);

    private readonly string rule;
    private readonly bool isVersion2;

    private TcpRule(string rule, bool isVersion2, RuleTree tree)
    {
        this.rule = rule;
        this.isVersion2 = isVersion2;
        Tree = tree;
        Domains = tree.ArgumentsOf(HostSni);
    }

    /// <summary>The rule as written.</summary>
    public RuleTree Tree { get; }

    /// <summary>The names in its HostSNI matchers, in lower case.</summary>
    public IReadOnlyList<string> Domains { get; }

    /// <summary>Whether it is nothing but <c>HostSNI(`*`)</c>.</summary>
    public bool IsCatchAll => IsOnlyStar(Tree);

    /// <summary>Reads a rule. A <see cref="ConfigurationException"/> says what is wrong, in Traefik's words.</summary>
    public static TcpRule Parse(string rule, string syntax)
    {
        var isVersion2 = syntax == "v2";
        try
        {
            return new TcpRule(rule, isVersion2, (isVersion2 ? Version2 : Version3).ReadBare(rule));
        }
        catch (ConfigurationException fault)
        {
            throw new ConfigurationException($"invalid rule: \"{Quoted(rule)}\" , {fault.Message}", fault);
        }
    }

    /// <summary>The names that certificates of a TCP router are for; none where its rule cannot be read.</summary>
    public static IReadOnlyList<string> HostsOf(string rule, string syntax)
    {
        try
        {
            return Parse(rule, syntax).Domains;
        }
        catch (ConfigurationException)
        {
            // The router itself reports what is wrong with its rule.
            return [];
        }
    }

    /// <summary>The priority in force: the one given, or the rule's length in bytes, or the lowest for <c>HostSNI(`*`)</c> alone.</summary>
    public static long PriorityOf(string rule, long priority)
    {
        if (priority != 0)
        {
            return priority;
        }

        try
        {
            if (IsOnlyStar(Version3.ReadBare(rule)))
            {
                return -1;
            }
        }
        catch (ConfigurationException)
        {
            // A rule that cannot be read has a length all the same.
        }

        return Encoding.UTF8.GetByteCount(rule);
    }

    /// <summary>The rule as a condition, with the names of which one is necessary for it. A <see cref="ConfigurationException"/> says what is wrong.</summary>
    public (TcpCondition Condition, IReadOnlyCollection<string>? Names) Compile()
    {
        try
        {
            return (Compile(Tree), NamesOf(Tree));
        }
        catch (ConfigurationException fault)
        {
            throw new ConfigurationException($"error while adding rule {rule}: {fault.Message}", fault);
        }
    }

    private static bool IsOnlyStar(RuleTree tree) => tree.Operator == RuleOperator.Matcher && tree.Name == HostSni && tree.Arguments is ["*"];

    private static string Quoted(string rule) => rule.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private TcpCondition Compile(RuleTree tree)
    {
        if (tree.Operator != RuleOperator.Matcher)
        {
            var isAnd = tree.Operator == RuleOperator.And;
            TcpCondition[] children = [.. tree.Children.Select(Compile)];
            return (in TcpFacts facts) =>
            {
                foreach (var child in children)
                {
                    if (child(facts) != isAnd)
                    {
                        return !isAnd;
                    }
                }

                return isAnd;
            };
        }

        RuleReader.CheckBareArguments(tree);
        if (!isVersion2 && tree.Arguments.Count != 1)
        {
            throw new ConfigurationException($"unexpected number of parameters; got {tree.Arguments.Count}, expected 1");
        }

        var condition = (isVersion2 ? TcpMatcherCatalog.Version2 : TcpMatcherCatalog.Version3)[tree.Name](tree.Arguments);
        return tree.IsNegated ? (in TcpFacts facts) => !condition(facts) : condition;
    }

    // Only whole names are worth a table; null means that the rule may match any name.
    private static IReadOnlyCollection<string>? NamesOf(RuleTree tree)
    {
        switch (tree.Operator)
        {
            case RuleOperator.And:
                return tree.Children.Select(NamesOf).Where(names => names is not null).MinBy(names => names!.Count);
            case RuleOperator.Or:
                var lists = tree.Children.Select(NamesOf).ToList();
                return lists.Contains(null) ? null : lists.SelectMany(names => names!).ToHashSet(StringComparer.Ordinal);
            default:
                return tree.Name == HostSni && !tree.IsNegated && !tree.Arguments.Any(name => name.StartsWith('*'))
                    ? [.. tree.Arguments.Select(HostSniMatcher.Key)]
                    : null;
        }
    }
}
