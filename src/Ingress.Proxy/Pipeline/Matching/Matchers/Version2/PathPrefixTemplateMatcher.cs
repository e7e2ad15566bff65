namespace Ingress.Proxy.Pipeline.Matching.Matchers.Version2;

/// <summary><c>PathPrefix(`/segment/{name:expression}`, …)</c> of the v2 syntax: the routing path begins with a match of one of the templates.</summary>
internal static class PathPrefixTemplateMatcher
{
    public static Matcher Build(IReadOnlyList<string> arguments)
        => PathTemplateMatcher.Build(arguments, RuleTemplateKind.PathPrefix, literal => new PathPrefixMatcher(literal));
}
