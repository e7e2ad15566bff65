using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Pipeline.Matching.Rules;

/// <summary>String literals as Go writes them.</summary>
internal static class GoText
{
    /// <summary>What a literal with its quotes says, one byte a character. False, and the offset of the fault, where an escape is not one.</summary>
    public static bool TryUnquote(string literal, out string bytes, out int fault)
    {
        fault = 0;
        var inner = literal.AsSpan(1, literal.Length - 2);
        if (literal[0] == '`')
        {
            bytes = ByteText.Of(inner.ToString().Replace("\r", "", StringComparison.Ordinal));
            return true;
        }

        if (!inner.Contains('\\'))
        {
            bytes = ByteText.Of(inner.ToString());
            return true;
        }

        bytes = "";
        var text = new StringBuilder(inner.Length);
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] != '\\')
            {
                var width = char.IsHighSurrogate(inner[i]) && i + 1 < inner.Length ? 2 : 1;
                text.Append(ByteText.Of(inner.Slice(i, width).ToString()));
                i += width - 1;
                continue;
            }

            var length = Escape(inner[i..], text);
            if (length == 0)
            {
                fault = i + 1;
                return false;
            }

            i += length - 1;
        }

        bytes = text.ToString();
        return true;
    }

    // Appends what the escape stands for and returns its length, 0 where it is none.
    private static int Escape(ReadOnlySpan<char> escape, StringBuilder text)
    {
        if (escape.Length < 2)
        {
            return 0;
        }

        var simple = "abfnrtv\\\"".IndexOf(escape[1], StringComparison.Ordinal);
        if (simple >= 0)
        {
            text.Append("\a\b\f\n\r\t\v\\\""[simple]);
            return 2;
        }

        return escape[1] switch
        {
            'x' => Hexadecimal(escape, 2, isRune: false, text),
            'u' => Hexadecimal(escape, 4, isRune: true, text),
            'U' => Hexadecimal(escape, 8, isRune: true, text),
            >= '0' and <= '7' => Octal(escape, text),
            _ => 0,
        };
    }

    private static int Hexadecimal(ReadOnlySpan<char> escape, int digits, bool isRune, StringBuilder text)
    {
        if (escape.Length < digits + 2
            || !uint.TryParse(escape.Slice(2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || (isRune && !Rune.IsValid(value)))
        {
            return 0;
        }

        text.Append(isRune ? ByteText.Of(new Rune(value).ToString()) : ((char)value).ToString());
        return digits + 2;
    }

    private static int Octal(ReadOnlySpan<char> escape, StringBuilder text)
    {
        if (escape.Length < 4)
        {
            return 0;
        }

        var value = 0;
        foreach (var digit in escape.Slice(1, 3))
        {
            if (digit is < '0' or > '7')
            {
                return 0;
            }

            value = (value * 8) + (digit - '0');
        }

        if (value > byte.MaxValue)
        {
            return 0;
        }

        text.Append((char)value);
        return 4;
    }
}
