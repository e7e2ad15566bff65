using System.Text;

namespace Ingress.Proxy.Configuration.Expressions;

/// <summary>
/// Go's replacement text: <c>$1</c>, <c>${1}</c>, <c>$name</c> and <c>${name}</c> are groups, <c>$$</c> is a dollar sign. A name without braces is as long
/// as it can be, so <c>$1x</c> is the group <c>1x</c>; a group that does not exist is empty.
/// </summary>
internal sealed class ReplacementTemplate
{
    private readonly List<(string Literal, int Group, string? Name)> parts = [];

    public ReplacementTemplate(string text)
    {
        var literal = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var dollar = text.IndexOf('$', at);
            if (dollar < 0)
            {
                literal.Append(text, at, text.Length - at);
                break;
            }

            literal.Append(text, at, dollar - at);
            at = dollar + 1;
            if (at < text.Length && text[at] == '$')
            {
                literal.Append('$');
                at++;
            }
            else if (TryReadName(text, ref at, out var name))
            {
                var number = Number(name);
                parts.Add((literal.ToString(), number, number < 0 ? name : null));
                literal.Clear();
            }
            else
            {
                literal.Append('$');
            }
        }

        parts.Add((literal.ToString(), -1, null));
    }

    public void Append(StringBuilder output, GoMatch match)
    {
        foreach (var (literal, group, name) in parts)
        {
            output.Append(literal);
            if (group >= 0)
            {
                output.Append(match.Group(group));
            }
            else if (name is not null)
            {
                output.Append(match.Group(name));
            }
        }
    }

    private static bool TryReadName(string text, ref int at, out string name)
    {
        var braced = at < text.Length && text[at] == '{';
        var start = braced ? at + 1 : at;
        var end = start;
        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }

        name = text[start..end];
        if (name.Length == 0 || (braced && (end >= text.Length || text[end] != '}')))
        {
            return false;
        }

        at = braced ? end + 1 : end;
        return true;
    }

    private static int Number(string name)
    {
        if (name.Length > 8 || (name.Length > 1 && name[0] == '0'))
        {
            return -1;
        }

        var number = 0;
        foreach (var c in name)
        {
            if (!char.IsAsciiDigit(c))
            {
                return -1;
            }

            number = (number * 10) + c - '0';
        }

        return number;
    }
}
