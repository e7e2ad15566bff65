using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Expressions;

namespace Ingress.Proxy.Pipeline.Matching.Matchers.Version2;

/// <summary><c>Path(`/segment/{name:expression}`, …)</c> of the v2 syntax: the routing path matches one of the templates as a whole.</summary>
internal sealed class PathTemplateMatcher(GoRegex[] templates) : Matcher
{
    public static Matcher Build(IReadOnlyList<string> arguments)
        => Build(arguments, RuleTemplateKind.Path, literal => new PathMatcher(literal));

    public override bool Matches(RequestState state)
    {
        foreach (var template in templates)
        {
            if (RegexArgument.IsMatch(template, state.RoutingPath))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Literal arguments become plain matchers, which the index knows; the others are expressions.</summary>
    public static Matcher Build(IReadOnlyList<string> arguments, RuleTemplateKind kind, Func<string, Matcher> plain)
    {
        var children = new List<Matcher>(arguments.Count);
        var templates = new List<GoRegex>();
        foreach (var argument in arguments)
        {
            if (argument[0] != '/')
            {
                throw new ConfigurationException($"mux: path must start with a slash, got \"{ByteText.ToText(argument)}\"");
            }

            if (RuleTemplate.IsLiteral(argument))
            {
                children.Add(plain(argument));
            }
            else
            {
                templates.Add(RuleTemplate.Compile(argument, kind));
            }
        }

        if (templates.Count > 0)
        {
            children.Add(new PathTemplateMatcher([.. templates]));
        }

        return children.Count == 1 ? children[0] : new AnyMatcher([.. children]);
    }
}
