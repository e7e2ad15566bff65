using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Pipeline.Matching;

/// <summary>The path as rules see it.</summary>
internal static class RoutingPath
{
    /// <summary>
    /// Decodes an escaped path, but for the reserved characters: those stay escaped, in upper case, because <c>%2F</c> is not the slash that separates. The
    /// result has one byte a character.
    /// </summary>
    public static string Of(string escapedPath)
    {
        var percent = escapedPath.IndexOf('%', StringComparison.Ordinal);
        if (percent < 0)
        {
            return escapedPath;
        }

        var text = new StringBuilder(escapedPath.Length);
        var start = 0;
        while (percent >= 0 && percent + 2 < escapedPath.Length)
        {
            if (!byte.TryParse(escapedPath.AsSpan(percent + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                percent = escapedPath.IndexOf('%', percent + 1);
                continue;
            }

            text.Append(escapedPath, start, percent - start);
            if (IsReserved((char)value))
            {
                text.Append('%').Append(char.ToUpperInvariant(escapedPath[percent + 1])).Append(char.ToUpperInvariant(escapedPath[percent + 2]));
            }
            else
            {
                text.Append((char)value);
            }

            start = percent + 3;
            percent = escapedPath.IndexOf('%', start);
        }

        return text.Append(escapedPath, start, escapedPath.Length - start).ToString();
    }

    private static bool IsReserved(char c)
        => c is ':' or '/' or '?' or '#' or '[' or ']' or '@' or '!' or '$' or '&' or '\'' or '(' or ')' or '*' or '+' or ',' or ';' or '=' or '%';
}
