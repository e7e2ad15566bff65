using System.Globalization;
using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Expressions;

namespace Ingress.Proxy.Pipeline.Matching.Matchers.Version2;

internal enum RuleTemplateKind
{
    Host,
    Path,
    PathPrefix,
    Query,
}

/// <summary>
/// Templates of the v2 syntax: literal text with <c>{name}</c> or <c>{name:expression}</c> in it. Without an expression a name stands for one label of a host,
/// one segment of a path, or any query value.
/// </summary>
internal static class RuleTemplate
{
    /// <summary>The template as an anchored expression. A <see cref="ConfigurationException"/> says what is wrong with it.</summary>
    public static GoRegex Compile(string template, RuleTemplateKind kind)
    {
        var standard = kind switch
        {
            RuleTemplateKind.Host => "[^.]+",
            RuleTemplateKind.Query => ".*",
            _ => "[^/]+",
        };
        var expression = new StringBuilder(kind == RuleTemplateKind.Host ? "(?i)^" : "^");
        var end = 0;
        var groups = 0;
        foreach (var (start, close) in Braces(template))
        {
            expression.Append(GoRegex.Quote(ByteText.ToText(template[end..start])));
            end = close + 1;
            var inner = template[(start + 1)..close];
            var colon = inner.IndexOf(':', StringComparison.Ordinal);
            var pattern = colon < 0 ? standard : inner[(colon + 1)..];
            if (colon == 0 || inner.Length == 0 || pattern.Length == 0)
            {
                throw new ConfigurationException($"mux: missing name or pattern in \"{ByteText.ToText(template[start..end])}\"");
            }

            // A fault is reported for the part alone, as the operator wrote it.
            RegexArgument.Compile($"^{pattern}$", matcher: null);
            expression.Append(CultureInfo.InvariantCulture, $"(?P<v{groups++}>{ByteText.ToText(pattern)})");
        }

        expression.Append(GoRegex.Quote(ByteText.ToText(template[end..])));
        if (kind == RuleTemplateKind.Query && template.EndsWith('=') && template.IndexOf('=', StringComparison.Ordinal) == template.Length - 1)
        {
            expression.Append(standard);
        }

        if (kind != RuleTemplateKind.PathPrefix)
        {
            expression.Append('$');
        }

        return RegexArgument.Compile(ByteText.Of(expression.ToString()), matcher: null);
    }

    /// <summary>Whether the template is literal text.</summary>
    public static bool IsLiteral(string template) => template.AsSpan().IndexOfAny('{', '}') < 0;

    private static List<(int Open, int Close)> Braces(string template)
    {
        var braces = new List<(int, int)>();
        var depth = 0;
        var open = 0;
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] == '{')
            {
                open = depth++ == 0 ? i : open;
            }
            else if (template[i] == '}' && --depth == 0)
            {
                braces.Add((open, i));
            }

            if (depth < 0)
            {
                break;
            }
        }

        return depth == 0 ? braces : throw new ConfigurationException($"mux: unbalanced braces in \"{ByteText.ToText(template)}\"");
    }
}
