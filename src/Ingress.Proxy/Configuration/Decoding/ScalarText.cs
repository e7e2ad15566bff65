using System.Globalization;

namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>How texts become values, as Go reads them.</summary>
internal static class ScalarText
{
    /// <summary>Reads a text as a value of this form.</summary>
    public static bool TryParse(ValueForm form, string text, out object? value)
    {
        bool good;
        switch (form)
        {
            case ValueForm.Text:
                value = text;
                return true;
            case ValueForm.Boolean:
                good = TryBoolean(text, out var truth);
                value = truth;
                return good;
            case ValueForm.Integer:
                good = TryLong(text, out var number) && number is >= int.MinValue and <= int.MaxValue;
                value = good ? (int)number : 0;
                return good;
            case ValueForm.Long:
                good = TryLong(text, out var large);
                value = large;
                return good;
            case ValueForm.Number:
                good = TryNumber(text, out var fraction);
                value = fraction;
                return good;
            default:
                good = GoDuration.TryParse(text, out var duration);
                value = duration;
                return good;
        }
    }

    public static bool TryBoolean(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "TRUE" or "true" or "True";
        return value || text is "0" or "f" or "F" or "FALSE" or "false" or "False";
    }

    public static bool TryLong(string text, out long value)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
        {
            return true;
        }

        // YAML and TOML may spell a whole number as 5.0 or 1e3.
        if (TryNumber(text, out var number) && Math.Floor(number) == number && Math.Abs(number) < 1e15)
        {
            value = (long)number;
            return true;
        }

        return false;
    }

    public static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float & ~(NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite), CultureInfo.InvariantCulture, out value);

    /// <summary>Splits a comma list and trims its items; an empty text is an empty list.</summary>
    public static string[] List(string text) => text.Length == 0 ? [] : text.Split(',', StringSplitOptions.TrimEntries);
}
