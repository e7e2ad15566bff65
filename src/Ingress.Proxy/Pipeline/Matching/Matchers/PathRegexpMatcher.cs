using Ingress.Proxy.Configuration.Expressions;

namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary><c>PathRegexp(`expression`)</c>: the routing path matches somewhere.</summary>
internal sealed class PathRegexpMatcher(GoRegex expression) : Matcher
{
    // Traefik names the wrong matcher in this message, and operators search for what it says.
    public static Matcher Build(IReadOnlyList<string> arguments) => new PathRegexpMatcher(RegexArgument.Compile(arguments[0], "PathPrefix"));

    public override bool Matches(RequestState state) => RegexArgument.IsMatch(expression, state.RoutingPath);
}
