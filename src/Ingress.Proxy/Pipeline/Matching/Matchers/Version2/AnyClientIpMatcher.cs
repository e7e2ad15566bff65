namespace Ingress.Proxy.Pipeline.Matching.Matchers.Version2;

/// <summary><c>ClientIP(`range`, …)</c> of the v2 syntax: the peer's address is in one of the ranges.</summary>
internal static class AnyClientIpMatcher
{
    public static Matcher Build(IReadOnlyList<string> arguments) => ClientIpMatcher.Build(arguments, "could not initialize IP Checker for \"ClientIP\" matcher");
}
