using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Matching.Matchers;

namespace Ingress.Proxy.Pipeline.Matching.Tcp;

/// <summary><c>HostSNI(`name`)</c>: the server name in the TLS hello is that, or <c>*.name</c> with one label in place of the star; <c>*</c> matches every connection, TLS or not.</summary>
internal static class HostSniMatcher
{
    public static TcpCondition Build(IReadOnlyList<string> arguments)
    {
        var name = arguments[0];
        if (name == "*")
        {
            return (in TcpFacts _) => true;
        }

        var isWildcard = name.StartsWith("*.", StringComparison.Ordinal);
        if (!IsName(isWildcard ? name.AsSpan(2) : name))
        {
            throw new ConfigurationException($"invalid value for HostSNI matcher, \"{ByteText.ToText(name)}\" is not a valid hostname");
        }

        var host = Key(name);
        if (!isWildcard)
        {
            return (in TcpFacts facts) => facts.ServerName == host;
        }

        var afterLabel = host[1..];
        return (in TcpFacts facts) => facts.ServerName.Length > 0 && HostMatcher.AfterLabel(facts.ServerName).SequenceEqual(afterLabel);
    }

    /// <summary>A name as it is compared: lower case, without a dot at its end.</summary>
    public static string Key(string name) => HostMatcher.WithoutDot(name).ToString().ToLowerInvariant();

    /// <summary>Whether the text may be a host name or an address.</summary>
    public static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || !Ascii.IsValid(name))
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-' or ':'))
            {
                return false;
            }
        }

        return true;
    }
}
