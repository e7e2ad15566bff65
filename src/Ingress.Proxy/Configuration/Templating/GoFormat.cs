using System.Collections;
using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Configuration.Templating;

/// <summary>How Go prints values: <c>print</c>, <c>println</c> and the default format of <c>printf</c>.</summary>
internal static class GoFormat
{
    /// <summary>The values one after another; a space goes between two neighbours that are both no text.</summary>
    public static string Print(IEnumerable values)
    {
        var output = new StringBuilder();
        object? previous = "";
        foreach (var value in values)
        {
            if (output.Length > 0 && value is not string && previous is not string)
            {
                output.Append(' ');
            }

            output.Append(Value(value));
            previous = value;
        }

        return output.ToString();
    }

    /// <summary>The default format of a value.</summary>
    public static string Value(object? value) => value switch
    {
        null => "<nil>",
        string text => text,
        bool flag => flag ? "true" : "false",
        double number => Float(number, 'g', -1),
        DateTimeOffset time => GoTime.Format(time, "2006-01-02 15:04:05.999999999 -0700 MST"),
        Exception exception => exception.Message,
        _ when GoValue.Entries(value, out _) is { } entries => $"map[{string.Join(' ', entries.Select(entry => $"{entry.Key}:{Value(entry.Value)}"))}]",
        IList list => $"[{string.Join(' ', list.Cast<object?>().Select(Value))}]",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>A text in double quotes with everything escaped that cannot be shown.</summary>
    public static string Quote(string text)
    {
        var output = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            output.Append(QuoteRune(rune, '"'));
        }

        return output.Append('"').ToString();
    }

    public static string QuoteRune(Rune rune, char quote) => rune.Value switch
    {
        '\a' => "\\a",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\v' => "\\v",
        '\\' => "\\\\",
        var value when value == quote => "\\" + quote,
        < ' ' or 0x7F => $"\\x{rune.Value:x2}",
        > 0xFFFF when !IsPrintable(rune) => $"\\U{rune.Value:x8}",
        > 0x7F when !IsPrintable(rune) => $"\\u{rune.Value:x4}",
        _ => rune.ToString(),
    };

    /// <summary>A floating point number in one of Go's formats (e, f, g, with upper case); a negative precision is as many digits as needed.</summary>
    public static string Float(double number, char format, int precision)
    {
        if (!double.IsFinite(number))
        {
            return double.IsNaN(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf";
        }

        var text = char.ToLowerInvariant(format) switch
        {
            'f' => precision < 0 ? PlainShortest(number) : number.ToString("F" + precision, CultureInfo.InvariantCulture),
            'e' => Exponent(precision < 0 ? ShortestExponent(number) : number.ToString("E" + precision, CultureInfo.InvariantCulture)),
            _ => General(number, precision),
        };
        return char.IsUpper(format) ? text.ToUpperInvariant() : text;
    }

    private static string General(double number, int precision)
    {
        // Exponents are used below 1e-4 and from the precision on, or from 1e6 on where as few digits as possible are wanted.
        var digits = precision < 0 ? number.ToString("E16", CultureInfo.InvariantCulture) : number.ToString("E" + Math.Max(precision - 1, 0), CultureInfo.InvariantCulture);
        var exponent = number == 0 ? 0 : int.Parse(digits.AsSpan(digits.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var limit = precision < 0 ? 6 : Math.Max(precision, 1);
        var shortest = precision < 0 ? number : double.Parse(digits, CultureInfo.InvariantCulture);
        if (exponent >= -4 && exponent < limit)
        {
            return PlainShortest(shortest);
        }

        return Exponent(ShortestExponent(shortest));
    }

    private static string PlainShortest(double number) => Plain(ShortestExponent(number));

    /// <summary>The number of an exponent notation without exponent.</summary>
    private static string Plain(string text)
    {
        var at = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var sign = text[0] == '-' ? "-" : "";
        var digits = text[sign.Length..at].Replace(".", "", StringComparison.Ordinal);
        return exponent < 0 ? $"{sign}0.{new string('0', -exponent - 1)}{digits}"
            : digits.Length <= exponent + 1 ? sign + digits.PadRight(exponent + 1, '0')
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    private static string ShortestExponent(double number)
    {
        for (var precision = 0; precision < 17; precision++)
        {
            var text = number.ToString("E" + precision, CultureInfo.InvariantCulture);
            if (double.Parse(text, CultureInfo.InvariantCulture).Equals(number))
            {
                return text;
            }
        }

        return number.ToString("E16", CultureInfo.InvariantCulture);
    }

    /// <summary>Two digits at least, as Go writes exponents, where .NET writes three.</summary>
    private static string Exponent(string text)
    {
        var at = text.IndexOf('E', StringComparison.Ordinal);
        var digits = text[(at + 2)..].TrimStart('0').PadLeft(2, '0');
        return $"{text[..at]}e{text[at + 1]}{digits}";
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator)
        || rune.Value == ' ';
}
