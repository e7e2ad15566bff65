using System.Collections;

namespace Ingress.Proxy.Configuration.Templating.Functions;

/// <summary>Functions on lists.</summary>
internal static class ListFunctions
{
    private const int LongestSequence = 1_000_000;

    public static void AddTo(TemplateFunctionSet set)
    {
        AddSequences(set);
        set.AddVariadic("list", 0, a => a.All.ToList())
            .AddVariadic("tuple", 0, a => a.All.ToList())
            .AddWithMust("first", 1, a => a.List(0, "first") is { Count: > 0 } list ? list[0] : null)
            .AddWithMust("last", 1, a => a.List(0, "last") is { Count: > 0 } list ? list[^1] : null)
            .AddWithMust("rest", 1, a => Items(a.List(0, "rest")).Skip(1).ToList())
            .AddWithMust("initial", 1, a => Items(a.List(0, "initial")).SkipLast(1).ToList())
            .AddWithMust("append", 2, a => Items(a.List(0, "append")).Append(a[1]).ToList())
            .AddWithMust("push", 2, a => Items(a.List(0, "push")).Append(a[1]).ToList())
            .AddWithMust("prepend", 2, a => Items(a.List(0, "prepend")).Prepend(a[1]).ToList())
            .AddVariadic("concat", 0, Concatenate)
            .AddWithMust("reverse", 1, a => Items(a.List(0, "reverse")).Reverse().ToList())
            .AddWithMust("uniq", 1, a => Unique(a.List(0, "uniq")))
            .AddWithMust("compact", 1, a => Items(a.List(0, "compact")).Where(GoValue.IsTrue).ToList())
            .AddVariadic("without", 1, a => Without(a.List(0, "without"), a.From(1)))
            .AddVariadic("mustWithout", 1, a => Without(a.List(0, "without"), a.From(1)))
            .AddWithMust("has", 2, a => a[1] is not null && Items(a.List(1, "has")).Any(item => GoValue.DeepEquals(item, a[0])))
            .AddWithMust("chunk", 2, a => Items(a.List(1, "chunk")).Chunk(Math.Max(1, a.Count32(0))).Select(part => (object?)part.ToList()).ToList())
            .AddVariadic("slice", 1, Slice)
            .AddVariadic("mustSlice", 1, Slice);
    }

    private static void AddSequences(TemplateFunctionSet set) => set
        .Add("until", 1, a => Step(0, a.Count32(0), a.Count32(0) < 0 ? -1 : 1))
        .Add("untilStep", 3, a => Step(a.Count32(0), a.Count32(1), a.Count32(2)))
        .AddVariadic("seq", 0, Sequence);

    private static IEnumerable<object?> Items(IList list) => list.Cast<object?>();

    private static List<object?> Step(long start, long stop, long step)
    {
        var numbers = new List<object?>();
        for (var number = start; step != 0 && (step > 0 ? number < stop : number > stop); number += step)
        {
            numbers.Add(number);
            if (numbers.Count > LongestSequence)
            {
                throw new TemplateFault($"a sequence of more than {LongestSequence} numbers");
            }
        }

        return numbers;
    }

    private static object? Sequence(TemplateArguments arguments)
    {
        var (start, end, step) = arguments.Count switch
        {
            1 => (1L, (long)arguments.Count32(0), 0L),
            2 => (arguments.Count32(0), arguments.Count32(1), 0),
            3 => (arguments.Count32(0), arguments.Count32(2), arguments.Count32(1)),
            _ => (0, -1, 1),
        };
        step = step == 0 && arguments.Count < 3 ? (end < start ? -1 : 1) : step;
        return string.Join(' ', Step(start, end + Math.Sign(step), step));
    }

    private static List<object?> Concatenate(TemplateArguments arguments)
    {
        var all = new List<object?>();
        for (var i = 0; i < arguments.Count; i++)
        {
            all.AddRange(Items(arguments[i] is IList list ? list : throw new TemplateFault($"Cannot concat type {GoValue.TypeName(arguments[i])} as list")));
        }

        return all;
    }

    private static List<object?> Unique(IList list)
    {
        var kept = new List<object?>();
        foreach (var item in list)
        {
            if (!kept.Exists(known => GoValue.DeepEquals(known, item)))
            {
                kept.Add(item);
            }
        }

        return kept;
    }

    private static List<object?> Without(IList list, object?[] removed) =>
        [.. Items(list).Where(item => !Array.Exists(removed, other => GoValue.DeepEquals(other, item)))];

    private static object? Slice(TemplateArguments arguments)
    {
        if (arguments[0] is not IList list)
        {
            throw new TemplateFault($"list should be type of slice or array but {GoValue.TypeName(arguments[0])}");
        }

        var start = arguments.Count > 1 ? GoValue.ToInteger(arguments[1]) : 0;
        var end = arguments.Count > 2 ? GoValue.ToInteger(arguments[2]) : list.Count;
        return start < 0 || end > list.Count || start > end
            ? throw new TemplateFault("reflect.Value.Slice: slice index out of bounds")
            : Items(list).Skip((int)start).Take((int)(end - start)).ToList();
    }
}
