using Ingress.Proxy.Configuration.Expressions;

namespace Ingress.Proxy.Pipeline.Matching.Matchers.Version2;

/// <summary><c>Query(`key=template`, …)</c> of the v2 syntax: the first value of every key matches its template; nothing after the equals sign means any value.</summary>
internal sealed class QueryTemplateMatcher(string key, GoRegex template) : Matcher
{
    // Arguments are cut at their first equals sign and then taken in pairs, so a key and its value may also be two arguments.
    public static Matcher Build(IReadOnlyList<string> arguments)
        => AllHeadersMatcher.BuildPairs([.. arguments.SelectMany(argument => argument.Split('=', 2))], Pair);

    public override bool Matches(RequestState state)
    {
        foreach (var pair in new QueryPairs(state.Target.RawQuery))
        {
            if (pair.Key.DecodesTo(key) && pair.IsValid)
            {
                return RegexArgument.IsMatch(template, string.Concat(key, "=", pair.Value.Decode()));
            }
        }

        return false;
    }

    private static QueryTemplateMatcher Pair(IReadOnlyList<string> pair) => new(pair[0], RuleTemplate.Compile(string.Concat(pair[0], "=", pair[1]), RuleTemplateKind.Query));
}
