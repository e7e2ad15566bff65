namespace Ingress.Proxy.Pipeline.Matching.Tcp.Version2;

/// <summary><c>ALPN(`protocol`, …)</c> of the v2 syntax: the client offers one of the protocols.</summary>
internal static class AnyAlpnMatcher
{
    public static TcpCondition Build(IReadOnlyList<string> arguments)
    {
        string[] protocols = [.. arguments.Select(argument => AlpnMatcher.Check(argument, "\"ALPN\""))];
        return (in TcpFacts facts) =>
        {
            foreach (var protocol in protocols)
            {
                if (AlpnMatcher.IsOffered(facts, protocol))
                {
                    return true;
                }
            }

            return false;
        };
    }
}
