namespace Ingress.Proxy.Configuration.Expressions;

/// <summary>A set of Unicode code points, kept as sorted ranges that neither overlap nor touch.</summary>
internal sealed class CodePointSet
{
    public const int Last = 0x10FFFF;

    private readonly List<(int Low, int High)> ranges = [];
    private bool sorted = true;

    public CodePointSet()
    {
    }

    public CodePointSet(params ReadOnlySpan<(int Low, int High)> ranges)
    {
        foreach (var (low, high) in ranges)
        {
            Add(low, high);
        }
    }

    public IReadOnlyList<(int Low, int High)> Ranges
    {
        get
        {
            Sort();
            return ranges;
        }
    }

    /// <summary>The only code point in here, or -1.</summary>
    public int Single => Ranges is [var (low, high)] && low == high ? low : -1;

    public CodePointSet Add(int low, int high)
    {
        ranges.Add((low, high));
        sorted = false;
        return this;
    }

    public CodePointSet Add(CodePointSet other)
    {
        ranges.AddRange(other.Ranges);
        sorted = false;
        return this;
    }

    public CodePointSet Negated()
    {
        var result = new CodePointSet();
        var next = 0;
        foreach (var (low, high) in Ranges)
        {
            if (low > next)
            {
                result.Add(next, low - 1);
            }

            next = high + 1;
        }

        return next <= Last ? result.Add(next, Last) : result;
    }

    /// <summary>This set with every code point that differs from one of its own in case only.</summary>
    public CodePointSet Folded()
    {
        var result = new CodePointSet().Add(this);
        foreach (var (low, high) in Ranges)
        {
            if (low == 0 && high == Last)
            {
                continue;
            }

            CaseFolding.AddEquivalents(result, low, high);
        }

        return result;
    }

    private void Sort()
    {
        if (sorted)
        {
            return;
        }

        ranges.Sort();
        var kept = 0;
        for (var i = 1; i < ranges.Count; i++)
        {
            if (ranges[i].Low <= ranges[kept].High + 1)
            {
                ranges[kept] = (ranges[kept].Low, Math.Max(ranges[kept].High, ranges[i].High));
            }
            else
            {
                ranges[++kept] = ranges[i];
            }
        }

        if (ranges.Count > 0)
        {
            ranges.RemoveRange(kept + 1, ranges.Count - kept - 1);
        }

        sorted = true;
    }
}
