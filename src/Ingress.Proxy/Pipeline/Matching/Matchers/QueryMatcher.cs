namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary><c>Query(`key`, `value`)</c>: one of the key's values is exactly that. With the key alone its value must be empty.</summary>
internal sealed class QueryMatcher(string key, string value) : Matcher
{
    public static Matcher Build(IReadOnlyList<string> arguments) => new QueryMatcher(arguments[0], arguments.Count > 1 ? arguments[1] : "");

    public override bool Matches(RequestState state)
    {
        foreach (var pair in new QueryPairs(state.Target.RawQuery))
        {
            if (pair.Value.DecodesTo(value) && pair.Key.DecodesTo(key) && pair.IsValid)
            {
                return true;
            }
        }

        return false;
    }
}
