namespace Ingress.Proxy.Pipeline.Matching.Matchers.Version2;

/// <summary><c>HeadersRegexp(`Name`, `expression`, …)</c> of the v2 syntax: every named header has a line that matches its expression.</summary>
internal static class AllHeadersRegexpMatcher
{
    public static Matcher Build(IReadOnlyList<string> arguments)
        => AllHeadersMatcher.BuildPairs(arguments, pair => new HeaderRegexpMatcher(pair[0], RegexArgument.Compile(pair[1], matcher: null)));
}
