using Ingress.Proxy.Configuration.Expressions;

namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary>
/// <c>HostRegexp(`expression`)</c>: the lower-case host matches somewhere. As in Traefik the flattened name is tried too, which is empty without CNAME
/// flattening, so that an expression that matches nothing at all matches every request.
/// </summary>
internal sealed class HostRegexpMatcher(GoRegex expression) : Matcher
{
    private readonly bool matchesEmpty = expression.IsMatch("");

    public static Matcher Build(IReadOnlyList<string> arguments)
        => new HostRegexpMatcher(RegexArgument.Compile(AsciiArgument.Check(arguments[0], "HostRegexp"), "HostRegexp"));

    public override bool Matches(RequestState state)
        => RegexArgument.IsMatch(expression, state.RoutingHost)
            || (state.FlattenedHost.Length == 0 ? matchesEmpty : RegexArgument.IsMatch(expression, state.FlattenedHost));
}
