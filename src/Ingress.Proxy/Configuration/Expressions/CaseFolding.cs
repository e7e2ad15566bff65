using System.Text;

namespace Ingress.Proxy.Configuration.Expressions;

/// <summary>Which code points differ in case only, by Unicode's simple folding (so that <c>k</c> also equals the Kelvin sign).</summary>
internal static class CaseFolding
{
    // Letters with case end in plane 1; nothing beyond folds.
    private const int LastWithCase = 0x1FFFF;

    private static readonly Lazy<Dictionary<int, int[]>> Orbits = new(BuildOrbits);

    public static void AddEquivalents(CodePointSet set, int low, int high)
    {
        if (high < 0x80)
        {
            AddAscii(set, low, high);
            return;
        }

        var orbits = Orbits.Value;
        for (var point = low; point <= Math.Min(high, LastWithCase); point++)
        {
            if (orbits.TryGetValue(point, out var orbit))
            {
                foreach (var other in orbit)
                {
                    set.Add(other, other);
                }
            }
        }
    }

    private static void AddAscii(CodePointSet set, int low, int high)
    {
        for (var point = low; point <= high; point++)
        {
            if (!char.IsAsciiLetter((char)point))
            {
                continue;
            }

            set.Add(point ^ 0x20, point ^ 0x20);
            switch (point | 0x20)
            {
                case 'k':
                    set.Add(0x212A, 0x212A);
                    break;
                case 's':
                    set.Add(0x017F, 0x017F);
                    break;
            }
        }
    }

    private static Dictionary<int, int[]> BuildOrbits()
    {
        var groups = new Dictionary<int, List<int>>();
        for (int point = 'A'; point <= LastWithCase; point++)
        {
            if (!Rune.IsValid(point))
            {
                continue;
            }

            var rune = new Rune(point);
            Join(groups, point, Rune.ToUpperInvariant(rune).Value);
            Join(groups, point, Rune.ToLowerInvariant(rune).Value);
        }

        // The platform leaves these out of its upper and lower case, the folding of Unicode does not.
        Join(groups, 's', 0x017F);
        Join(groups, 'k', 0x212A);
        Join(groups, 0x00E5, 0x212B);
        Join(groups, 0x00DF, 0x1E9E);
        Join(groups, 0x03C9, 0x2126);
        Join(groups, 0x03BC, 0x00B5);
        Join(groups, 0x03B9, 0x0345);
        Join(groups, 0x03B9, 0x1FBE);
        return groups.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
    }

    private static void Join(Dictionary<int, List<int>> groups, int a, int b)
    {
        if (a == b)
        {
            return;
        }

        var left = groups.TryGetValue(a, out var known) ? known : [a];
        var right = groups.TryGetValue(b, out known) ? known : [b];
        if (ReferenceEquals(left, right))
        {
            return;
        }

        left.AddRange(right);
        foreach (var point in left)
        {
            groups[point] = left;
        }
    }
}
