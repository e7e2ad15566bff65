using System.Globalization;
using System.Numerics;
using System.Text;

namespace Ingress.Proxy.Configuration.Templating;

/// <summary>Go's literals: numbers, character constants and quoted strings.</summary>
internal static class GoLiteral
{
    /// <summary>Reads a number or a character constant; whole numbers become <see cref="long"/>, others <see cref="double"/>.</summary>
    public static bool TryReadNumber(string text, out object value, out string fault)
    {
        value = 0L;
        fault = "";
        if (text[0] == '\'')
        {
            if (!TryUnquote(text, out var character) || new StringInfo(character).LengthInTextElements != 1)
            {
                fault = "invalid syntax";
                return false;
            }

            value = (long)char.ConvertToUtf32(character, 0);
            return true;
        }

        if (TryReadInteger(text, out var integer))
        {
            if (integer < long.MinValue || integer > long.MaxValue)
            {
                fault = $"{text} overflows int";
                return false;
            }

            value = (long)integer;
            return true;
        }

        if (text.Any(char.IsAsciiDigit)
            && double.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            value = number;
            return true;
        }

        fault = $"illegal number syntax: {GoFormat.Quote(text)}";
        return false;
    }

    /// <summary>Reads a whole number in any base Go knows: 0x, 0o, 0b and a leading 0 for octal.</summary>
    public static bool TryReadInteger(string text, out BigInteger value)
    {
        value = 0;
        var digits = text.AsSpan();
        var negative = digits.StartsWith("-");
        digits = digits.Length > 0 && digits[0] is '+' or '-' ? digits[1..] : digits;
        var radix = 10;
        if (digits.Length > 1 && digits[0] == '0')
        {
            radix = digits[1] switch
            {
                'x' or 'X' => 16,
                'b' or 'B' => 2,
                _ => 8,
            };
            digits = digits[(digits[1] is 'x' or 'X' or 'b' or 'B' or 'o' or 'O' ? 2 : 1)..];
        }

        var any = false;
        foreach (var c in digits)
        {
            if (c == '_')
            {
                continue;
            }

            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : 99;
            if (digit >= radix)
            {
                return false;
            }

            any = true;
            value = (value * radix) + digit;
        }

        value = negative ? -value : value;
        return any;
    }

    /// <summary>The text inside quotes, back quotes or apostrophes, with escapes resolved.</summary>
    public static bool TryUnquote(string literal, out string text)
    {
        text = literal[1..^1];
        if (literal[0] == '`')
        {
            text = text.Replace("\r", "", StringComparison.Ordinal);
            return true;
        }

        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return literal[0] != '\'' || text.Length > 0;
        }

        // Escapes such as \xff are bytes, so the text is put together in UTF-8.
        var bytes = new List<byte>(text.Length);
        for (var at = 0; at < text.Length;)
        {
            if (text[at] != '\\')
            {
                Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length);
                AddRune(bytes, rune.Value);
                at += length;
            }
            else if (!TryReadEscape(text, ref at, literal[0], bytes))
            {
                return false;
            }
        }

        text = Encoding.UTF8.GetString([.. bytes]);
        return true;
    }

    private static bool TryReadEscape(string text, ref int at, char quote, List<byte> bytes)
    {
        if (at + 1 >= text.Length)
        {
            return false;
        }

        var c = text[at + 1];
        var simple = "abfnrtv\\".IndexOf(c, StringComparison.Ordinal);
        if (simple >= 0 || c == quote)
        {
            bytes.Add((byte)(simple >= 0 ? "\a\b\f\n\r\t\v\\"[simple] : quote));
            at += 2;
            return true;
        }

        var (start, length, radix) = c switch
        {
            'x' => (at + 2, 2, 16),
            'u' => (at + 2, 4, 16),
            'U' => (at + 2, 8, 16),
            >= '0' and <= '7' => (at + 1, 3, 8),
            _ => (at, 0, 0),
        };
        if (length == 0 || start + length > text.Length)
        {
            return false;
        }

        var digits = text.Substring(start, length);
        if (!digits.All(digit => char.IsAsciiHexDigit(digit) && (radix == 16 || digit < '8')))
        {
            return false;
        }

        var value = Convert.ToInt64(digits, radix);
        at = start + length;
        if (length <= 3)
        {
            bytes.Add((byte)value);
            return value <= 0xFF;
        }

        if (!Rune.IsValid((int)Math.Min(value, int.MaxValue)))
        {
            return false;
        }

        AddRune(bytes, (int)value);
        return true;
    }

    private static void AddRune(List<byte> bytes, int value)
    {
        Span<byte> buffer = stackalloc byte[4];
        var length = new Rune(value).EncodeToUtf8(buffer);
        bytes.AddRange(buffer[..length]);
    }
}
