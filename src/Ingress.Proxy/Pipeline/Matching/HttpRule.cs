using System.Collections.Concurrent;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Matching.Matchers;
using Ingress.Proxy.Pipeline.Matching.Rules;

namespace Ingress.Proxy.Pipeline.Matching;

/// <summary>
/// A parsed and checked rule. Rules are kept by their text as long as some pipeline uses them, so that a reload only parses what has changed.
/// </summary>
internal sealed class HttpRule
{
    private static readonly RuleReader Version3 = new(MatcherCatalog.Version3.Select(type => type.Name));
    private static readonly RuleReader Version2 = new(MatcherCatalog.Version2.Select(type => type.Name));
    private static readonly Dictionary<string, MatcherType> Version3Types = MatcherCatalog.Version3.ToDictionary(type => type.Name);
    private static readonly Dictionary<string, MatcherType> Version2Types = MatcherCatalog.Version2.ToDictionary(type => type.Name);
    private static readonly ConcurrentDictionary<(string Rule, bool IsVersion2), WeakReference<HttpRule>> Known = new();
    private static int sweepAt = 1024;

    private HttpRule(RuleTree tree, Matcher matcher)
    {
        Tree = tree;
        Matcher = matcher;
    }

    /// <summary>The rule as written.</summary>
    public RuleTree Tree { get; }

    /// <summary>The rule as a condition.</summary>
    public Matcher Matcher { get; }

    /// <summary>How many rules are kept, for tests.</summary>
    public static int KnownCount => Known.Count;

    /// <summary>The rule of this text. A <see cref="ConfigurationException"/> says what is wrong, in Traefik's words.</summary>
    public static HttpRule Of(string rule, string syntax)
    {
        var key = (rule, syntax == "v2");
        if (Known.TryGetValue(key, out var reference) && reference.TryGetTarget(out var known))
        {
            return known;
        }

        var parsed = Parse(rule, key.Item2);
        Known[key] = new WeakReference<HttpRule>(parsed);
        if (Known.Count > Volatile.Read(ref sweepAt))
        {
            Sweep();
        }

        return parsed;
    }

    private static HttpRule Parse(string rule, bool isVersion2)
    {
        RuleTree tree;
        try
        {
            tree = (isVersion2 ? Version2 : Version3).Read(rule);
        }
        catch (ConfigurationException fault)
        {
            throw new ConfigurationException($"error while parsing rule {rule}: {fault.Message}", fault);
        }

        try
        {
            return new HttpRule(tree, Compile(tree, isVersion2 ? Version2Types : Version3Types));
        }
        catch (ConfigurationException fault)
        {
            throw new ConfigurationException($"error while parsing rule {rule}: adding rule {rule}: {fault.Message}", fault);
        }
    }

    private static Matcher Compile(RuleTree tree, Dictionary<string, MatcherType> types)
    {
        if (tree.Operator != RuleOperator.Matcher)
        {
            var children = tree.Children.Select(child => Compile(child, types)).ToArray();
            return tree.Operator == RuleOperator.And ? new AllMatcher(children) : new AnyMatcher(children);
        }

        RuleReader.CheckArguments(tree);
        try
        {
            var type = types[tree.Name];
            RuleReader.CheckCount(tree, type.ArgumentCounts);
            var matcher = type.Build(tree.Arguments);
            return tree.IsNegated ? new NotMatcher(matcher) : matcher;
        }
        catch (ConfigurationException fault)
        {
            throw new ConfigurationException($"error while adding rule {tree.Name}: {fault.Message}", fault);
        }
    }

    private static void Sweep()
    {
        foreach (var (key, reference) in Known)
        {
            if (!reference.TryGetTarget(out _))
            {
                Known.TryRemove(KeyValuePair.Create(key, reference));
            }
        }

        Volatile.Write(ref sweepAt, Math.Max(1024, Known.Count * 2));
    }
}
