using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Configuration;

/// <summary>
/// A span of time as Traefik's options spell it: a bare integer is seconds, otherwise Go duration text such as <c>1m30s</c> or <c>500ms</c>
/// (units ns, us, µs, ms, s, m, h). Kept in nanoseconds, printed as Go prints it.
/// </summary>
/// <param name="Nanoseconds">The length in nanoseconds; may be negative.</param>
public readonly record struct GoDuration(long Nanoseconds) : IComparable<GoDuration>
{
    /// <summary>No time at all.</summary>
    public static GoDuration Zero => default;

    /// <summary>The same length, to a tenth of a microsecond.</summary>
    public TimeSpan ToTimeSpan() => TimeSpan.FromTicks(Nanoseconds / 100);

    /// <summary>A duration of so many seconds.</summary>
    public static GoDuration FromSeconds(double seconds) => new((long)(seconds * 1e9));

    /// <summary>A duration of so many milliseconds.</summary>
    public static GoDuration FromMilliseconds(double milliseconds) => new((long)(milliseconds * 1e6));

    /// <inheritdoc/>
    public int CompareTo(GoDuration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    public static bool operator <(GoDuration left, GoDuration right) => left.Nanoseconds < right.Nanoseconds;

    public static bool operator >(GoDuration left, GoDuration right) => left.Nanoseconds > right.Nanoseconds;

    public static bool operator <=(GoDuration left, GoDuration right) => left.Nanoseconds <= right.Nanoseconds;

    public static bool operator >=(GoDuration left, GoDuration right) => left.Nanoseconds >= right.Nanoseconds;

    /// <summary>Reads a bare integer as seconds, anything else as Go duration text.</summary>
    public static bool TryParse(string text, out GoDuration duration)
    {
        text = text.Trim();
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            duration = new GoDuration(seconds * 1_000_000_000);
            return true;
        }

        return TryParseGo(text, out duration);
    }

    /// <summary>Reads Go duration text, in which only zero may go without a unit.</summary>
    public static bool TryParseGo(string text, out GoDuration duration)
    {
        duration = default;
        var rest = text.AsSpan();
        var negative = false;
        if (rest.Length > 0 && rest[0] is '-' or '+')
        {
            negative = rest[0] == '-';
            rest = rest[1..];
        }

        if (rest is "0")
        {
            return true;
        }

        if (rest.IsEmpty)
        {
            return false;
        }

        decimal total = 0;
        while (!rest.IsEmpty)
        {
            var digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.'))
            {
                digits++;
            }

            if (!decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var letters = 0;
            while (letters < rest.Length && !char.IsAsciiDigit(rest[letters]) && rest[letters] != '.')
            {
                letters++;
            }

            var unit = UnitInNanoseconds(rest[..letters]);
            if (unit == 0 || number > long.MaxValue / unit || (total += number * unit) > long.MaxValue)
            {
                return false;
            }

            rest = rest[letters..];
        }

        duration = new GoDuration(negative ? -(long)total : (long)total);
        return true;
    }

    private static long UnitInNanoseconds(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => 0,
    };

    /// <summary>The text that Go prints, such as <c>1m30s</c>, <c>500ms</c> or <c>0s</c>.</summary>
    public override string ToString()
    {
        if (Nanoseconds == 0)
        {
            return "0s";
        }

        var text = new StringBuilder();
        if (Nanoseconds < 0)
        {
            text.Append('-');
        }

        var rest = (decimal)Math.Abs((double)Nanoseconds) == 0 ? 0 : Math.Abs((decimal)Nanoseconds);
        if (rest < 1_000_000_000)
        {
            var (unit, name) = rest < 1_000 ? (1m, "ns") : rest < 1_000_000 ? (1_000m, "µs") : (1_000_000m, "ms");
            return text.Append((rest / unit).ToString("0.######", CultureInfo.InvariantCulture)).Append(name).ToString();
        }

        var hours = decimal.Floor(rest / 3_600_000_000_000m);
        var minutes = decimal.Floor(rest % 3_600_000_000_000m / 60_000_000_000m);
        var seconds = rest % 60_000_000_000m / 1_000_000_000m;
        if (hours > 0)
        {
            text.Append(hours).Append('h');
        }

        if (hours > 0 || minutes > 0)
        {
            text.Append(minutes).Append('m');
        }

        return text.Append(seconds.ToString("0.#########", CultureInfo.InvariantCulture)).Append('s').ToString();
    }
}
