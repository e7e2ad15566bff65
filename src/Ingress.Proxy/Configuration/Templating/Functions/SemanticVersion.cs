using System.Globalization;

namespace Ingress.Proxy.Configuration.Templating.Functions;

/// <summary>A version such as <c>1.2.3-beta.1+build</c>; templates read its parts as properties.</summary>
internal sealed record SemanticVersion(long Major, long Minor, long Patch, string Prerelease, string Metadata, string Original) : IComparable<SemanticVersion>
{
    public int CompareTo(SemanticVersion? other)
    {
        if (other is null)
        {
            return 1;
        }

        var order = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        return order != 0 ? order : ComparePrereleases(Prerelease, other.Prerelease);
    }

    public override string ToString() =>
        $"{Major}.{Minor}.{Patch}{(Prerelease.Length > 0 ? "-" + Prerelease : "")}{(Metadata.Length > 0 ? "+" + Metadata : "")}";

    /// <summary>Reads a version; missing parts are 0, and how many parts were there is reported for ranges such as <c>1.2</c>.</summary>
    public static SemanticVersion? TryParse(string text, out int parts)
    {
        parts = 0;
        var rest = text.StartsWith('v') ? text[1..] : text;
        var plus = rest.IndexOf('+', StringComparison.Ordinal);
        var metadata = plus < 0 ? "" : rest[(plus + 1)..];
        rest = plus < 0 ? rest : rest[..plus];
        var dash = rest.IndexOf('-', StringComparison.Ordinal);
        var prerelease = dash < 0 ? "" : rest[(dash + 1)..];
        rest = dash < 0 ? rest : rest[..dash];
        Span<long> numbers = stackalloc long[3];
        foreach (var part in rest.Split('.'))
        {
            if (part is "x" or "X" or "*")
            {
                break;
            }

            if (parts == 3 || !long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out numbers[parts]))
            {
                return null;
            }

            parts++;
        }

        return new SemanticVersion(numbers[0], numbers[1], numbers[2], prerelease, metadata, text);
    }

    private static int ComparePrereleases(string a, string b)
    {
        if (a.Length == 0 || b.Length == 0)
        {
            return (a.Length == 0).CompareTo(b.Length == 0);
        }

        var (left, right) = (a.Split('.'), b.Split('.'));
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var leftIsNumber = long.TryParse(left[i], NumberStyles.None, CultureInfo.InvariantCulture, out var x);
            var rightIsNumber = long.TryParse(right[i], NumberStyles.None, CultureInfo.InvariantCulture, out var y);
            var order = leftIsNumber && rightIsNumber ? x.CompareTo(y)
                : leftIsNumber != rightIsNumber ? (leftIsNumber ? -1 : 1)
                : string.CompareOrdinal(left[i], right[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length.CompareTo(right.Length);
    }
}
