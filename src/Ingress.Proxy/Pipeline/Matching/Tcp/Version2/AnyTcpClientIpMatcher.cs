namespace Ingress.Proxy.Pipeline.Matching.Tcp.Version2;

/// <summary><c>ClientIP(`range`, …)</c> of the v2 syntax: the peer's address is in one of the ranges.</summary>
internal static class AnyTcpClientIpMatcher
{
    public static TcpCondition Build(IReadOnlyList<string> arguments) => TcpClientIpMatcher.Build(arguments, "could not initialize IP Checker for \"ClientIP\" matcher");
}
