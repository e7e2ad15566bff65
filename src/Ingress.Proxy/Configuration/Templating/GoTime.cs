using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Configuration.Templating;

/// <summary>Go's layouts of dates, which show how the moment <c>Mon Jan 2 15:04:05 MST 2006</c> would be written.</summary>
internal static class GoTime
{
    private static readonly string[] Elements =
    [
        "January", "Jan", "Monday", "Mon", "MST", "2006", "-07:00:00", "-07:00", "-0700", "-07", "Z07:00", "Z0700", "__2", "002", "_2", "01", "02", "03", "04",
        "05", "06", "15", "PM", "pm", "1", "2", "3", "4", "5",
    ];

    public static string Format(DateTimeOffset time, string layout)
    {
        var output = new StringBuilder();
        for (var at = 0; at < layout.Length;)
        {
            if (TryReadFraction(layout, at, out var fraction))
            {
                output.Append(Fraction(time, fraction));
                at += fraction.Length;
            }
            else if (ElementAt(layout, at) is { } element)
            {
                output.Append(Element(time, element));
                at += element.Length;
            }
            else
            {
                output.Append(layout[at++]);
            }
        }

        return output.ToString();
    }

    /// <summary>Reads a date by a layout; a text without a zone is UTC, or the given offset.</summary>
    public static bool TryParse(string text, string layout, TimeSpan offset, out DateTimeOffset time)
    {
        var format = new StringBuilder();
        for (var at = 0; at < layout.Length;)
        {
            if (TryReadFraction(layout, at, out var fraction))
            {
                format.Append('.').Append(new string('F', Math.Min(fraction.Length - 1, 7)));
                at += fraction.Length;
            }
            else if (ElementAt(layout, at) is { } element)
            {
                format.Append(Pattern(element));
                at += element.Length;
            }
            else
            {
                format.Append('\\').Append(layout[at++]);
            }
        }

        if (format.Length == 1)
        {
            format.Insert(0, '%');
        }

        var read = DateTimeOffset.TryParseExact(text, format.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
        if (read && !layout.Contains("07", StringComparison.Ordinal))
        {
            time = new DateTimeOffset(time.DateTime, offset);
        }

        return read;
    }

    private static string? ElementAt(string layout, int at) =>
        Elements.FirstOrDefault(element => string.CompareOrdinal(layout, at, element, 0, element.Length) == 0);

    private static bool TryReadFraction(string layout, int at, out string fraction)
    {
        fraction = "";
        if (layout[at] is not ('.' or ',') || at + 1 >= layout.Length || layout[at + 1] is not ('0' or '9'))
        {
            return false;
        }

        var end = at + 1;
        while (end < layout.Length && layout[end] == layout[at + 1])
        {
            end++;
        }

        fraction = layout[at..end];
        return end >= layout.Length || !char.IsAsciiDigit(layout[end]);
    }

    private static string Fraction(DateTimeOffset time, string fraction)
    {
        var digits = (time.Ticks % TimeSpan.TicksPerSecond).ToString("D7", CultureInfo.InvariantCulture).PadRight(fraction.Length - 1, '0')[..(fraction.Length - 1)];
        digits = fraction[1] == '9' ? digits.TrimEnd('0') : digits;
        return digits.Length == 0 ? "" : fraction[0] + digits;
    }

    private static string Element(DateTimeOffset time, string element) => element switch
    {
        "MST" => time.Offset == TimeSpan.Zero ? "UTC" : Zone(time, ":", "-07").Replace(":", "", StringComparison.Ordinal),
        "-07:00:00" => Zone(time, ":", element) + ":00",
        "-07:00" => Zone(time, ":", element),
        "-0700" => Zone(time, "", element),
        "-07" => Zone(time, "", element)[..3],
        "Z07:00" => time.Offset == TimeSpan.Zero ? "Z" : Zone(time, ":", element),
        "Z0700" => time.Offset == TimeSpan.Zero ? "Z" : Zone(time, "", element),
        "002" => time.DayOfYear.ToString("D3", CultureInfo.InvariantCulture),
        "__2" => time.DayOfYear.ToString(CultureInfo.InvariantCulture).PadLeft(3),
        "_2" => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        "pm" => time.Hour < 12 ? "am" : "pm",
        _ => time.ToString(Pattern(element) is { Length: 1 } single ? "%" + single : Pattern(element), CultureInfo.InvariantCulture),
    };

    private static string Pattern(string element) => element switch
    {
        "January" => "MMMM",
        "Jan" => "MMM",
        "Monday" => "dddd",
        "Mon" => "ddd",
        "2006" => "yyyy",
        "06" => "yy",
        "01" => "MM",
        "1" => "M",
        "02" => "dd",
        "2" or "_2" => "d",
        "15" => "HH",
        "03" => "hh",
        "3" => "h",
        "04" => "mm",
        "4" => "m",
        "05" => "ss",
        "5" => "s",
        "PM" or "pm" => "tt",
        "MST" => "\\U\\T\\C",
        "Z07:00" or "Z0700" => "K",
        _ => "zzz",
    };

    private static string Zone(DateTimeOffset time, string separator, string element)
    {
        _ = element;
        var offset = time.Offset;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(offset < TimeSpan.Zero ? '-' : '+')}{Math.Abs(offset.Hours):D2}{separator}{Math.Abs(offset.Minutes):D2}");
    }
}
