using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Expressions;
using Ingress.Proxy.Pipeline.Matching.Matchers.Version2;

namespace Ingress.Proxy.Pipeline.Matching.Tcp.Version2;

/// <summary><c>HostSNIRegexp(`{name:expression}.domain`, …)</c> of the v2 syntax: the server name matches one of the templates as a whole.</summary>
internal static class HostSniTemplateMatcher
{
    public static TcpCondition Build(IReadOnlyList<string> arguments)
    {
        GoRegex[] templates = [.. arguments.Select(Compile)];
        return (in TcpFacts facts) =>
        {
            foreach (var template in templates)
            {
                if (template.IsMatch(facts.ServerName))
                {
                    return true;
                }
            }

            return false;
        };
    }

    private static GoRegex Compile(string template)
    {
        try
        {
            return RuleTemplate.Compile(template, RuleTemplateKind.Host);
        }
        catch (ConfigurationException fault) when (fault.Message.StartsWith("mux:", StringComparison.Ordinal))
        {
            throw new ConfigurationException($"invalid pattern value for \"HostSNIRegexp\" matcher, \"{ByteText.ToText(template)}\" is not a valid pattern: {fault.Message}", fault);
        }
    }
}
