using Ingress.Proxy.Configuration.Expressions;

namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary><c>HeaderRegexp(`Name`, `expression`)</c>: one of the header's lines matches somewhere.</summary>
internal sealed class HeaderRegexpMatcher(string name, GoRegex expression) : Matcher
{
    public static Matcher Build(IReadOnlyList<string> arguments) => new HeaderRegexpMatcher(arguments[0], RegexArgument.Compile(arguments[1], "HeaderRegexp"));

    public override bool Matches(RequestState state)
    {
        foreach (var value in HeaderMatcher.ValuesOf(state, name))
        {
            if (value is not null && expression.IsMatch(value))
            {
                return true;
            }
        }

        return false;
    }
}
