using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Configuration.Expressions;

/// <summary>The named classes of an expression: Perl's, POSIX's and Unicode's.</summary>
internal static class UnicodeClasses
{
    private static readonly ConcurrentDictionary<string, CodePointSet> Cache = new(StringComparer.Ordinal);

    private static readonly string[] Categories =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "Sm", "Sc", "Sk", "So", "Cn",
    ];

    /// <summary>The class of <c>\d</c>, <c>\s</c> and <c>\w</c>, which are ASCII only; null for another letter.</summary>
    public static CodePointSet? Perl(char letter) => letter switch
    {
        'd' => new CodePointSet(('0', '9')),
        's' => new CodePointSet(('\t', '\n'), ('\f', '\r'), (' ', ' ')),
        'w' => Posix("word"),
        _ => null,
    };

    /// <summary>The class of <c>[:name:]</c>; null where there is none of that name.</summary>
    public static CodePointSet? Posix(string name) => name switch
    {
        "alnum" => new CodePointSet(('0', '9'), ('A', 'Z'), ('a', 'z')),
        "alpha" => new CodePointSet(('A', 'Z'), ('a', 'z')),
        "ascii" => new CodePointSet((0, 0x7F)),
        "blank" => new CodePointSet(('\t', '\t'), (' ', ' ')),
        "cntrl" => new CodePointSet((0, 0x1F), (0x7F, 0x7F)),
        "digit" => new CodePointSet(('0', '9')),
        "graph" => new CodePointSet(('!', '~')),
        "lower" => new CodePointSet(('a', 'z')),
        "print" => new CodePointSet((' ', '~')),
        "punct" => new CodePointSet(('!', '/'), (':', '@'), ('[', '`'), ('{', '~')),
        "space" => new CodePointSet(('\t', '\r'), (' ', ' ')),
        "upper" => new CodePointSet(('A', 'Z')),
        "word" => new CodePointSet(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')),
        "xdigit" => new CodePointSet(('0', '9'), ('A', 'F'), ('a', 'f')),
        _ => null,
    };

    /// <summary>The class of <c>\p{name}</c>: a general category, a script or <c>Any</c>; null where the name is unknown.</summary>
    public static CodePointSet? Unicode(string name)
    {
        if (Cache.TryGetValue(name, out var known))
        {
            return known;
        }

        var set = name switch
        {
            "Any" => new CodePointSet((0, CodePointSet.Last)),
            _ when UnicodeScripts.Ranges.TryGetValue(name, out var ranges) => FromRanges(ranges),
            _ when name.Length is 1 or 2 && name is not "Cn" => FromCategory(name),
            _ => null,
        };
        return set is null ? null : Cache.GetOrAdd(name, set);
    }

    private static CodePointSet FromRanges(string ranges)
    {
        var set = new CodePointSet();
        foreach (var range in ranges.Split(' '))
        {
            var ends = range.Split('-');
            set.Add(
                int.Parse(ends[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                int.Parse(ends[^1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        }

        return set;
    }

    private static CodePointSet? FromCategory(string name)
    {
        var wanted = new bool[Categories.Length];
        var known = false;
        for (var i = 0; i < Categories.Length; i++)
        {
            // Unassigned code points belong to no category of Go, not even to C.
            wanted[i] = Categories[i] != "Cn" && (name.Length == 1 ? Categories[i][0] == name[0] : Categories[i] == name);
            known |= wanted[i];
        }

        if (!known)
        {
            return null;
        }

        var set = new CodePointSet();
        for (var point = 0; point <= CodePointSet.Last; point++)
        {
            var category = Rune.IsValid(point) ? Rune.GetUnicodeCategory(new Rune(point)) : UnicodeCategory.Surrogate;
            if (wanted[(int)category])
            {
                set.Add(point, point);
            }
        }

        return set;
    }
}
