using Ingress.Proxy.Pipeline.Matching.Tcp.Version2;

namespace Ingress.Proxy.Pipeline.Matching.Tcp;

/// <summary>All TCP matchers, one line each: Traefik's name and how to build one.</summary>
internal static class TcpMatcherCatalog
{
    /// <summary>Those of the current syntax, which take one argument each.</summary>
    public static IReadOnlyDictionary<string, Func<IReadOnlyList<string>, TcpCondition>> Version3 { get; } = new Dictionary<string, Func<IReadOnlyList<string>, TcpCondition>>
    {
        ["ALPN"] = AlpnMatcher.Build,
        ["ClientIP"] = TcpClientIpMatcher.Build,
        ["HostSNI"] = HostSniMatcher.Build,
        ["HostSNIRegexp"] = HostSniRegexpMatcher.Build,
    };

    /// <summary>Those of <c>ruleSyntax: v2</c>, which take any number of arguments.</summary>
    public static IReadOnlyDictionary<string, Func<IReadOnlyList<string>, TcpCondition>> Version2 { get; } = new Dictionary<string, Func<IReadOnlyList<string>, TcpCondition>>
    {
        ["ALPN"] = AnyAlpnMatcher.Build,
        ["ClientIP"] = AnyTcpClientIpMatcher.Build,
        ["HostSNI"] = AnyHostSniMatcher.Build,
        ["HostSNIRegexp"] = HostSniTemplateMatcher.Build,
    };
}
