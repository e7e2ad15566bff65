using Ingress.Proxy.Configuration.Expressions;

namespace Ingress.Proxy.Pipeline.Matching.Matchers.Version2;

/// <summary><c>HostRegexp(`{name:expression}.domain`, …)</c> of the v2 syntax: the host matches one of the templates as a whole, in any case.</summary>
internal sealed class HostTemplateMatcher(GoRegex[] templates) : Matcher
{
    public static Matcher Build(IReadOnlyList<string> arguments)
        => new HostTemplateMatcher([.. arguments.Select(argument => RuleTemplate.Compile(AsciiArgument.Check(argument, "HostRegexp"), RuleTemplateKind.Host))]);

    public override bool Matches(RequestState state)
    {
        foreach (var template in templates)
        {
            if (RegexArgument.IsMatch(template, state.RoutingHost))
            {
                return true;
            }
        }

        return false;
    }
}
