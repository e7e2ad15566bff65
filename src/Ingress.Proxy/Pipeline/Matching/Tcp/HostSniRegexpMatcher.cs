using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Matching.Matchers;

namespace Ingress.Proxy.Pipeline.Matching.Tcp;

/// <summary><c>HostSNIRegexp(`expression`)</c>: the server name in the TLS hello matches somewhere; it is empty where there is none.</summary>
internal static class HostSniRegexpMatcher
{
    public static TcpCondition Build(IReadOnlyList<string> arguments)
    {
        if (!Ascii.IsValid(arguments[0]))
        {
            throw new ConfigurationException($"invalid value for HostSNIRegexp matcher, \"{ByteText.ToText(arguments[0])}\" is not a valid hostname");
        }

        var expression = RegexArgument.Compile(arguments[0], "HostSNIRegexp");
        return (in TcpFacts facts) => expression.IsMatch(facts.ServerName);
    }
}
