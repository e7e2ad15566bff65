using Ingress.Proxy.Configuration.Expressions;

namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary><c>QueryRegexp(`key`, `expression`)</c>: one of the key's values matches somewhere. With the key alone it is <c>Query</c>.</summary>
internal sealed class QueryRegexpMatcher(string key, GoRegex expression) : Matcher
{
    public static Matcher Build(IReadOnlyList<string> arguments)
        => arguments.Count == 1 ? QueryMatcher.Build(arguments) : new QueryRegexpMatcher(arguments[0], RegexArgument.Compile(arguments[1], "QueryRegexp"));

    public override bool Matches(RequestState state)
    {
        foreach (var pair in new QueryPairs(state.Target.RawQuery))
        {
            if (pair.Key.DecodesTo(key)
                && pair.IsValid
                && (pair.Value.IsPlain ? RegexArgument.IsMatch(expression, pair.Value.Encoded) : RegexArgument.IsMatch(expression, pair.Value.Decode())))
            {
                return true;
            }
        }

        return false;
    }
}
