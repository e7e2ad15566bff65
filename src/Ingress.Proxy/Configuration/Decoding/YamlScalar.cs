using System.Globalization;

namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>What a plain YAML scalar means. Fractions and dates stay as written: Traefik would print 1.5 as 1.500000 and refuse dates.</summary>
internal static class YamlScalar
{
    public static bool IsNull(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>The text of a boolean or a whole number in its plain form, anything else as it is.</summary>
    public static string Normalize(string text)
    {
        switch (text)
        {
            case "True" or "TRUE":
                return "true";
            case "False" or "FALSE":
                return "false";
            default:
                return text.Length > 0 && (char.IsAsciiDigit(text[0]) || text[0] is '+' or '-') && TryInteger(text, out var number)
                    ? number.ToString(CultureInfo.InvariantCulture)
                    : text;
        }
    }

    private static bool TryInteger(string text, out long number)
    {
        var digits = text.Replace("_", "", StringComparison.Ordinal).AsSpan();
        var negative = digits[0] == '-';
        if (digits[0] is '+' or '-')
        {
            digits = digits[1..];
        }

        var (radix, skip) = digits switch
        {
            ['0', 'x' or 'X', ..] => (16, 2),
            ['0', 'o' or 'O', ..] => (8, 2),
            ['0', 'b' or 'B', ..] => (2, 2),
            ['0', _, ..] => (8, 1),
            _ => (10, 0),
        };
        var rest = digits[skip..];
        number = 0;
        if (rest.IsEmpty)
        {
            return false;
        }

        foreach (var letter in rest)
        {
            var digit = char.IsAsciiHexDigit(letter) ? Convert.ToInt32(letter.ToString(), 16) : 99;
            if (digit >= radix || number > (long.MaxValue - digit) / radix)
            {
                return false;
            }

            number = (number * radix) + digit;
        }

        number = negative ? -number : number;
        return true;
    }
}
