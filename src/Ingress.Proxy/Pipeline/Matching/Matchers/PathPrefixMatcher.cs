namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary><c>PathPrefix(`/path`)</c>: the routing path begins with that text, wherever segments end.</summary>
internal sealed class PathPrefixMatcher(string prefix) : Matcher
{
    public override IReadOnlyList<PathAnchor>? Paths { get; } = [new PathAnchor(prefix, IsPrefix: true)];

    public static Matcher Build(IReadOnlyList<string> arguments) => new PathPrefixMatcher(PathMatcher.Check(arguments[0]));

    public override bool Matches(RequestState state) => state.RoutingPath.StartsWith(prefix, StringComparison.Ordinal);
}
