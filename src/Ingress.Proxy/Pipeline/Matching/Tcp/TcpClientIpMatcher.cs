using Ingress.Proxy.Pipeline.Matching.Matchers;

namespace Ingress.Proxy.Pipeline.Matching.Tcp;

/// <summary><c>ClientIP(`range`)</c>: the peer's address is that, or in that range.</summary>
internal static class TcpClientIpMatcher
{
    public static TcpCondition Build(IReadOnlyList<string> arguments) => Build(arguments, "initializing IP checker for ClientIP matcher");

    public static TcpCondition Build(IReadOnlyList<string> arguments, string fault)
    {
        var ranges = ClientIpMatcher.Ranges(arguments, fault);
        return (in TcpFacts facts) => ranges.Contains(facts.Peer);
    }
}
