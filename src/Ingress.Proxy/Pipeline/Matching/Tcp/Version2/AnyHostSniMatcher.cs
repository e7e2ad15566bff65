using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Matching.Tcp.Version2;

/// <summary><c>HostSNI(`name`, …)</c> of the v2 syntax: the server name is one of the names; <c>*</c> alone matches every connection.</summary>
internal static class AnyHostSniMatcher
{
    public static TcpCondition Build(IReadOnlyList<string> arguments)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var argument in arguments)
        {
            if (argument == "*")
            {
                return (in TcpFacts _) => true;
            }

            if (!HostSniMatcher.IsName(argument))
            {
                throw new ConfigurationException($"invalid value for \"HostSNI\" matcher, \"{ByteText.ToText(argument)}\" is not a valid hostname or IP");
            }

            names.Add(HostSniMatcher.Key(argument));
        }

        return (in TcpFacts facts) => facts.ServerName.Length > 0 && names.Contains(facts.ServerName);
    }
}
