using System.Collections;
using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Configuration.Templating;

internal readonly record struct GoVerbFlags(bool Sharp, bool Zero, bool Plus, bool Minus, bool Space);

/// <summary>One verb with its flags, applied to one value or to each part of a list or dictionary.</summary>
internal sealed record GoVerb(Rune Verb, GoVerbFlags Flags, int? Width, int? Precision)
{
    public string Format(object? value)
    {
        value = GoValue.Normalize(value);
        switch (Verb.Value)
        {
            case 'v' when Flags.Plus:
                return (this with { Flags = Flags with { Plus = false } }).Format(value);
            case 'T':
                return Pad(GoValue.TypeName(value));
            case 'v' when value is null:
                return Pad("<nil>");
            case 'v' when Flags.Sharp && value is string text:
                return Pad(GoFormat.Quote(text));
        }

        if (value is not (null or string) && GoValue.Entries(value, out _) is { } entries)
        {
            var key = this with { Width = null };
            return $"map[{string.Join(' ', entries.Select(entry => $"{key.Format(entry.Key)}:{Format(entry.Value)}"))}]";
        }

        if (value is IList list)
        {
            return $"[{string.Join(' ', list.Cast<object?>().Select(Format))}]";
        }

        return Scalar(value) ?? $"%!{Verb}({(value is null ? "<nil>" : $"{GoValue.TypeName(value)}={GoFormat.Value(value)}")})";
    }

    private string? Scalar(object? value) => value switch
    {
        bool flag => Verb.Value is 't' or 'v' ? Pad(flag ? "true" : "false") : null,
        long number => Integer(number),
        double number => Number(number),
        string text => Text(text),
        null => null,
        _ => Text(GoFormat.Value(value)),
    };

    private string? Integer(long number)
    {
        var magnitude = (ulong)(number < 0 ? -(decimal)number : number);
        var digits = Verb.Value switch
        {
            'd' or 'v' => magnitude.ToString(CultureInfo.InvariantCulture),
            'b' => (Flags.Sharp ? "0b" : "") + magnitude.ToString("b", CultureInfo.InvariantCulture),
            'o' => (Flags.Sharp ? "0" : "") + Octal(magnitude),
            'O' => "0o" + Octal(magnitude),
            'x' => (Flags.Sharp ? "0x" : "") + magnitude.ToString("x", CultureInfo.InvariantCulture),
            'X' => (Flags.Sharp ? "0X" : "") + magnitude.ToString("X", CultureInfo.InvariantCulture),
            _ => null,
        };
        if (digits is not null)
        {
            digits = Precision is { } precision ? digits.PadLeft(precision, '0') : digits;
            return Signed(digits, number < 0, zero: Flags.Zero && Precision is null);
        }

        var rune = number is >= 0 and <= 0x10FFFF && Rune.IsValid((int)number) ? new Rune((int)number) : Rune.ReplacementChar;
        return Verb.Value switch
        {
            'c' => Pad(rune.ToString()),
            'q' => Pad($"'{GoFormat.QuoteRune(rune, '\'')}'"),
            'U' => Pad($"U+{number:X4}"),
            'e' or 'E' or 'f' or 'F' or 'g' or 'G' => null,
            _ => null,
        };
    }

    private string? Number(double number)
    {
        var (format, precision) = (char)Verb.Value switch
        {
            'v' => ('g', Precision ?? -1),
            'g' or 'G' => ((char)Verb.Value, Precision ?? -1),
            'e' or 'E' or 'f' => ((char)Verb.Value, Precision ?? 6),
            'F' => ('f', Precision ?? 6),
            _ => (' ', 0),
        };
        return format == ' ' ? null : Signed(GoFormat.Float(Math.Abs(number), format, precision), double.IsNegative(number), Flags.Zero);
    }

    private string? Text(string text)
    {
        if (Precision is { } precision && Verb.Value is 's' or 'v' or 'q')
        {
            text = string.Concat(text.EnumerateRunes().Take(Precision ?? int.MaxValue).Select(rune => rune.ToString()));
        }

        return Verb.Value switch
        {
            's' or 'v' => Pad(text),
            'q' when Flags.Sharp && !text.Contains('`', StringComparison.Ordinal) => Pad($"`{text}`"),
            'q' => Pad(GoFormat.Quote(text)),
            'x' or 'X' => Pad(Hexadecimal(text)),
            _ => null,
        };
    }

    private string Hexadecimal(string text)
    {
        var parts = Encoding.UTF8.GetBytes(text).Select(value => value.ToString(Verb.Value == 'x' ? "x2" : "X2", CultureInfo.InvariantCulture));
        return string.Join(Flags.Space ? " " : "", parts);
    }

    private string Signed(string digits, bool negative, bool zero)
    {
        var sign = negative ? "-" : Flags.Plus ? "+" : Flags.Space ? " " : "";
        return zero && !Flags.Minus && Width is { } width ? sign + digits.PadLeft(Math.Max(0, width - sign.Length), '0') : Pad(sign + digits);
    }

    private string Pad(string text)
    {
        var missing = (Width ?? 0) - text.EnumerateRunes().Count();
        return missing <= 0 ? text : Flags.Minus ? text + new string(' ', missing) : new string(Flags.Zero ? '0' : ' ', missing) + text;
    }

    private static string Octal(ulong value)
    {
        var digits = "";
        do
        {
            digits = (char)('0' + (int)(value & 7)) + digits;
            value >>= 3;
        }
        while (value > 0);

        return digits;
    }
}
