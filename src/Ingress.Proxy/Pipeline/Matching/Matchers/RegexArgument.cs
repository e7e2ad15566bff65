using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Expressions;

namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary>Regular expressions in rules.</summary>
internal static class RegexArgument
{
    /// <summary>Compiles an argument of one byte a character; faults name the matcher as Traefik does, if one is given.</summary>
    public static GoRegex Compile(string argument, string? matcher)
    {
        try
        {
            return GoRegex.Compile(ByteText.ToText(argument));
        }
        catch (GoRegexException fault)
        {
            throw new ConfigurationException(matcher is null ? fault.Message : $"compiling {matcher} matcher: {fault.Message}", fault);
        }
    }

    /// <summary>Whether the expression matches a text of one byte a character.</summary>
    public static bool IsMatch(GoRegex expression, string bytes) => expression.IsMatch(ByteText.ToText(bytes));

    /// <summary>Whether the expression matches a text of one byte a character.</summary>
    public static bool IsMatch(GoRegex expression, ReadOnlySpan<char> bytes)
        => Ascii.IsValid(bytes) ? expression.IsMatch(bytes) : expression.IsMatch(ByteText.ToText(bytes.ToString()));
}
