using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Matching.Tcp;

/// <summary><c>ALPN(`protocol`)</c>: the client offers that protocol.</summary>
internal static class AlpnMatcher
{
    /// <summary>What ACME's TLS challenge asks for, which no router may take.</summary>
    public const string AcmeProtocol = "acme-tls/1";

    public static TcpCondition Build(IReadOnlyList<string> arguments)
    {
        var protocol = Check(arguments[0], "ALPN");
        return (in TcpFacts facts) => IsOffered(facts, protocol);
    }

    public static string Check(string protocol, string matcher)
        => protocol != AcmeProtocol ? protocol : throw new ConfigurationException($"invalid protocol value for {matcher} matcher, \"{protocol}\" is not allowed");

    public static bool IsOffered(in TcpFacts facts, string protocol)
    {
        for (var i = 0; i < facts.Protocols.Count; i++)
        {
            if (facts.Protocols[i] == protocol)
            {
                return true;
            }
        }

        return false;
    }
}
