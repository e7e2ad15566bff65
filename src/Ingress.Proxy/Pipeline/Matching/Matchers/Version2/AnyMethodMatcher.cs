namespace Ingress.Proxy.Pipeline.Matching.Matchers.Version2;

/// <summary><c>Method(`GET`, …)</c> of the v2 syntax: the method is one of the words, in upper case.</summary>
internal sealed class AnyMethodMatcher(string[] methods) : Matcher
{
    public static Matcher Build(IReadOnlyList<string> arguments) => new AnyMethodMatcher([.. arguments.Select(argument => argument.ToUpperInvariant())]);

    public override bool Matches(RequestState state) => Array.IndexOf(methods, state.Context.Request.Method) >= 0;
}
