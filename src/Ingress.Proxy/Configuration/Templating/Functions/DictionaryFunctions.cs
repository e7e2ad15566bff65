namespace Ingress.Proxy.Configuration.Templating.Functions;

/// <summary>Functions on dictionaries.</summary>
internal static class DictionaryFunctions
{
    public static void AddTo(TemplateFunctionSet set) => set
        .AddVariadic("dict", 0, Create)
        .Add("get", 2, a => a.Dictionary(0).TryGetValue(a.Text(1), out var value) ? value : "")
        .Add("set", 3, Set)
        .Add("unset", 2, Unset)
        .Add("hasKey", 2, a => a.Dictionary(0).ContainsKey(a.Text(1)))
        .AddVariadic("pluck", 1, a => Enumerable.Range(1, a.Count - 1).Where(i => a.Dictionary(i).ContainsKey(a.Text(0))).Select(i => a.Dictionary(i)[a.Text(0)]).ToList())
        .AddVariadic("keys", 0, a => Enumerable.Range(0, a.Count).SelectMany(i => a.Dictionary(i).Keys).ToArray())
        .Add("values", 1, a => a.Dictionary(0).Values.ToList())
        .AddVariadic("pick", 1, a => Filter(a, keep: true))
        .AddVariadic("omit", 1, a => Filter(a, keep: false))
        .AddVariadic("merge", 1, a => Merge(a, overwrite: false))
        .AddVariadic("mustMerge", 1, a => Merge(a, overwrite: false))
        .AddVariadic("mergeOverwrite", 1, a => Merge(a, overwrite: true))
        .AddVariadic("mustMergeOverwrite", 1, a => Merge(a, overwrite: true))
        .AddVariadic("dig", 3, Dig)
        .AddWithMust("deepCopy", 1, a => Copy(a[0]));

    private static Dictionary<string, object?> Create(TemplateArguments arguments)
    {
        var dictionary = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Count; i += 2)
        {
            dictionary[GoFormat.Value(arguments[i])] = i + 1 < arguments.Count ? arguments[i + 1] : "";
        }

        return dictionary;
    }

    private static Dictionary<string, object?> Set(TemplateArguments arguments)
    {
        var dictionary = arguments.Dictionary(0);
        dictionary[arguments.Text(1)] = arguments[2];
        return dictionary;
    }

    private static Dictionary<string, object?> Unset(TemplateArguments arguments)
    {
        var dictionary = arguments.Dictionary(0);
        dictionary.Remove(arguments.Text(1));
        return dictionary;
    }

    private static Dictionary<string, object?> Filter(TemplateArguments arguments, bool keep)
    {
        var names = arguments.From(1).Select(GoFormat.Value).ToHashSet(StringComparer.Ordinal);
        return new Dictionary<string, object?>(arguments.Dictionary(0).Where(pair => names.Contains(pair.Key) == keep), StringComparer.Ordinal);
    }

    private static Dictionary<string, object?> Merge(TemplateArguments arguments, bool overwrite)
    {
        var target = arguments.Dictionary(0);
        for (var i = 1; i < arguments.Count; i++)
        {
            Merge(target, arguments.Dictionary(i), overwrite);
        }

        return target;
    }

    private static void Merge(Dictionary<string, object?> target, Dictionary<string, object?> source, bool overwrite)
    {
        foreach (var (key, value) in source)
        {
            if (target.GetValueOrDefault(key) is Dictionary<string, object?> inner && value is Dictionary<string, object?> other)
            {
                Merge(inner, other, overwrite);
            }
            else if (overwrite || !GoValue.IsTrue(target.GetValueOrDefault(key)))
            {
                target[key] = value;
            }
        }
    }

    private static object? Dig(TemplateArguments arguments)
    {
        object? value = arguments.Dictionary(arguments.Count - 1);
        for (var i = 0; i < arguments.Count - 2; i++)
        {
            if (!GoValue.TryLookUp(value, arguments.Text(i), out value, out var exists) || !exists)
            {
                return arguments[arguments.Count - 2];
            }
        }

        return value;
    }

    private static object? Copy(object? value) => value switch
    {
        Dictionary<string, object?> dictionary => dictionary.ToDictionary(pair => pair.Key, pair => Copy(pair.Value), StringComparer.Ordinal),
        List<object?> list => list.ConvertAll(Copy),
        _ => value,
    };
}
