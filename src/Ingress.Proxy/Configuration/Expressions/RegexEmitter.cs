using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Configuration.Expressions;

/// <summary>Writes a tree as a .NET pattern that needs no options and means the same.</summary>
internal sealed class RegexEmitter
{
    private const string Word = "[0-9A-Za-z_]";

    private readonly StringBuilder pattern = new();
    private readonly bool pairs;
    private readonly bool asciiBoundaries;

    private RegexEmitter(bool pairs, bool asciiBoundaries)
    {
        this.pairs = pairs;
        this.asciiBoundaries = asciiBoundaries;
    }

    /// <param name="node">The expression.</param>
    /// <param name="pairs">Whether a surrogate pair must count as one character; not needed for texts without any.</param>
    /// <param name="asciiBoundaries">Whether <c>\b</c> must be written out with look-around; not needed for ASCII texts.</param>
    public static string Emit(RegexNode node, bool pairs, bool asciiBoundaries)
    {
        var emitter = new RegexEmitter(pairs, asciiBoundaries);
        emitter.Write(node);
        return emitter.pattern.ToString();
    }

    private void Write(RegexNode node)
    {
        switch (node)
        {
            case RegexNode.Set set:
                WriteSet(set.Points);
                break;
            case RegexNode.Assertion assertion:
                pattern.Append(Text(assertion.Kind));
                break;
            case RegexNode.Concatenation concatenation:
                foreach (var part in concatenation.Parts)
                {
                    WriteGrouped(part, part is RegexNode.Alternation);
                }

                break;
            case RegexNode.Alternation alternation:
                for (var i = 0; i < alternation.Branches.Count; i++)
                {
                    pattern.Append(i == 0 ? "" : "|");
                    Write(alternation.Branches[i]);
                }

                break;
            case RegexNode.Capture capture:
                pattern.Append(CultureInfo.InvariantCulture, $"(?<{capture.Number}>");
                Write(capture.Inner);
                pattern.Append(')');
                break;
            case RegexNode.Repeat repeat:
                WriteGrouped(repeat.Inner, repeat.Inner is not (RegexNode.Capture or RegexNode.Set));
                WriteQuantifier(repeat);
                break;
        }
    }

    private void WriteGrouped(RegexNode node, bool group)
    {
        if (!group)
        {
            Write(node);
            return;
        }

        pattern.Append("(?:");
        Write(node);
        pattern.Append(')');
    }

    private void WriteQuantifier(RegexNode.Repeat repeat)
    {
        switch (repeat)
        {
            case { Minimum: 0, Maximum: -1 }:
                pattern.Append('*');
                break;
            case { Minimum: 1, Maximum: -1 }:
                pattern.Append('+');
                break;
            case { Minimum: 0, Maximum: 1 }:
                pattern.Append('?');
                break;
            case { Maximum: -1 }:
                pattern.Append(CultureInfo.InvariantCulture, $"{{{repeat.Minimum},}}");
                break;
            default:
                pattern.Append(CultureInfo.InvariantCulture, $"{{{repeat.Minimum},{repeat.Maximum}}}");
                break;
        }

        if (repeat.Lazy)
        {
            pattern.Append('?');
        }
    }

    private string Text(RegexAssertion kind) => kind switch
    {
        RegexAssertion.TextStart => "\\A",
        RegexAssertion.TextEnd => "\\z",
        RegexAssertion.LineStart => "(?m:^)",
        RegexAssertion.LineEnd => "(?m:$)",
        RegexAssertion.WordBoundary when asciiBoundaries => $"(?:(?<={Word})(?!{Word})|(?<!{Word})(?={Word}))",
        RegexAssertion.WordBoundary => "\\b",
        RegexAssertion.NoWordBoundary when asciiBoundaries => $"(?:(?<={Word})(?={Word})|(?<!{Word})(?!{Word}))",
        _ => "\\B",
    };

    private void WriteSet(CodePointSet points)
    {
        if (points.Single is >= 0 and < 0xD800 and var single)
        {
            WriteUnit(single);
            return;
        }

        var units = new StringBuilder();
        var trails = new SortedDictionary<int, StringBuilder>();
        foreach (var (low, high) in points.Ranges)
        {
            AddUnits(units, low, Math.Min(high, 0xD7FF));
            AddUnits(units, Math.Max(low, 0xE000), Math.Min(high, 0xFFFF));
            if (pairs && high > 0xFFFF)
            {
                AddTrails(trails, Math.Max(low, 0x10000), high);
            }
        }

        var branches = new List<string>();
        if (units.Length > 0)
        {
            branches.Add($"[{units}]");
        }

        AddPairs(branches, trails);
        pattern.Append(branches.Count switch
        {
            // A class that contains nothing.
            0 => "[^\\u0000-\\uFFFF]",
            1 when units.Length > 0 => branches[0],
            _ => $"(?:{string.Join('|', branches)})",
        });
    }

    private static void AddUnits(StringBuilder units, int low, int high)
    {
        if (low <= high)
        {
            units.Append(CultureInfo.InvariantCulture, $"\\u{low:X4}");
            if (high > low)
            {
                units.Append(CultureInfo.InvariantCulture, $"-\\u{high:X4}");
            }
        }
    }

    /// <summary>Notes for each leading unit of a surrogate pair which trailing units may follow.</summary>
    private static void AddTrails(SortedDictionary<int, StringBuilder> trails, int low, int high)
    {
        for (var at = low; at <= high; at = (at | 0x3FF) + 1)
        {
            if (!trails.TryGetValue(Lead(at), out var units))
            {
                trails[Lead(at)] = units = new StringBuilder();
            }

            AddUnits(units, Trail(at), Trail(Math.Min(high, at | 0x3FF)));
        }
    }

    /// <summary>Writes the pairs, one branch for all leading units with the same trailing ones: the engine slows down with every branch.</summary>
    private static void AddPairs(List<string> branches, SortedDictionary<int, StringBuilder> trails)
    {
        foreach (var same in trails.GroupBy(pair => pair.Value.ToString(), pair => pair.Key))
        {
            var leads = new StringBuilder();
            foreach (var (low, high) in new CodePointSet([.. same.Select(lead => (lead, lead))]).Ranges)
            {
                AddUnits(leads, low, high);
            }

            branches.Add($"[{leads}][{same.Key}]");
        }
    }

    private static int Lead(int point) => 0xD800 + ((point - 0x10000) >> 10);

    private static int Trail(int point) => 0xDC00 + (point & 0x3FF);

    private void WriteUnit(int unit)
    {
        if (unit < 0x80 && char.IsAsciiLetterOrDigit((char)unit))
        {
            pattern.Append((char)unit);
        }
        else
        {
            pattern.Append(CultureInfo.InvariantCulture, $"\\u{unit:X4}");
        }
    }
}
