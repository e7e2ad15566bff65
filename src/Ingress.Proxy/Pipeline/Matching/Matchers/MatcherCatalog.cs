using Ingress.Proxy.Pipeline.Matching.Matchers.Version2;

namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary>All HTTP matchers, one line each: Traefik's name, the numbers of arguments it takes, and how to build one.</summary>
internal static class MatcherCatalog
{
    /// <summary>Those of the current syntax.</summary>
    public static IReadOnlyList<MatcherType> Version3 { get; } =
    [
        new("ClientIP", [1], ClientIpMatcher.Build),
        new("Header", [2], HeaderMatcher.Build),
        new("HeaderRegexp", [2], HeaderRegexpMatcher.Build),
        new("Host", [1], HostMatcher.Build),
        new("HostRegexp", [1], HostRegexpMatcher.Build),
        new("Method", [1], MethodMatcher.Build),
        new("Path", [1], PathMatcher.Build),
        new("PathPrefix", [1], PathPrefixMatcher.Build),
        new("PathRegexp", [1], PathRegexpMatcher.Build),
        new("Query", [1, 2], QueryMatcher.Build),
        new("QueryRegexp", [1, 2], QueryRegexpMatcher.Build),
    ];

    /// <summary>Those of <c>ruleSyntax: v2</c>; most take any number of arguments.</summary>
    public static IReadOnlyList<MatcherType> Version2 { get; } =
    [
        new("ClientIP", [], AnyClientIpMatcher.Build),
        new("Headers", [], AllHeadersMatcher.Build),
        new("HeadersRegexp", [], AllHeadersRegexpMatcher.Build),
        new("Host", [], AnyHostMatcher.Build),
        new("HostHeader", [], AnyHostMatcher.Build),
        new("HostRegexp", [], HostTemplateMatcher.Build),
        new("Method", [], AnyMethodMatcher.Build),
        new("Path", [], PathTemplateMatcher.Build),
        new("PathPrefix", [], PathPrefixTemplateMatcher.Build),
        new("Query", [], QueryTemplateMatcher.Build),
    ];
}

/// <summary>One line of the catalog.</summary>
/// <param name="Name">The name in rules.</param>
/// <param name="ArgumentCounts">How many arguments it may have; empty for any number.</param>
/// <param name="Build">Builds one from its arguments, which have one byte a character and are not empty; a <see cref="Configuration.ConfigurationException"/> says what is wrong.</param>
internal sealed record MatcherType(string Name, IReadOnlyList<int> ArgumentCounts, Func<IReadOnlyList<string>, Matcher> Build);
