using System.Globalization;
using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline;

/// <summary>A list of HTTP statuses and ranges of them, such as <c>404</c> and <c>500-599</c>.</summary>
internal sealed class StatusRanges
{
    private readonly (int From, int To)[] ranges;

    private StatusRanges((int From, int To)[] ranges) => this.ranges = ranges;

    /// <summary>Whether there is no range.</summary>
    public bool IsEmpty => ranges.Length == 0;

    /// <summary>Reads the list; throws a <see cref="ConfigurationException"/> with Traefik's words where an item is neither a number nor a range.</summary>
    public static StatusRanges Parse(IReadOnlyList<string> items)
    {
        var ranges = new (int From, int To)[items.Count];
        for (var i = 0; i < ranges.Length; i++)
        {
            ranges[i] = ParseRange(items[i]);
        }

        return new StatusRanges(ranges);
    }

    /// <summary>Reads one item, whose bounds are both part of the range.</summary>
    public static (int From, int To) ParseRange(string item)
    {
        var parts = item.Split('-');
        var from = ParseStatus(parts[0]);
        return (from, parts.Length == 1 ? from : ParseStatus(parts[1]));
    }

    /// <summary>Whether the status is in one of the ranges.</summary>
    public bool Contains(int status)
    {
        foreach (var (from, to) in ranges)
        {
            if (status >= from && status <= to)
            {
                return true;
            }
        }

        return false;
    }

    private static int ParseStatus(string text)
        => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var status)
            ? status
            : throw new ConfigurationException($"strconv.Atoi: parsing \"{text}\": invalid syntax");
}
