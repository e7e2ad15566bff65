namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary><c>Method(`GET`)</c>: the method is that word in upper case.</summary>
internal sealed class MethodMatcher(string method) : Matcher
{
    public static Matcher Build(IReadOnlyList<string> arguments) => new MethodMatcher(arguments[0].ToUpperInvariant());

    public override bool Matches(RequestState state) => state.Context.Request.Method == method;
}
