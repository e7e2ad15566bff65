using System.Collections;
using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Configuration.Templating.Functions;

/// <summary>What Go's text/template has without any library. <c>and</c> and <c>or</c> are listed for their arity; the evaluator does their work.</summary>
internal static class BuiltInFunctions
{
    public static void AddTo(TemplateFunctionSet set) => set
        .AddVariadic("and", 1, a => a[^1])
        .AddVariadic("or", 1, a => a[^1])
        .Add("not", 1, a => !GoValue.IsTrue(a[0]))
        .AddVariadic("eq", 1, EqualsAny)
        .Add("ne", 2, a => !AreEqual(a[0], a[1]))
        .Add("lt", 2, a => Compare(a) < 0)
        .Add("le", 2, a => Compare(a) <= 0)
        .Add("gt", 2, a => Compare(a) > 0)
        .Add("ge", 2, a => Compare(a) >= 0)
        .Add("len", 1, Length)
        .AddVariadic("index", 1, Index)
        .AddVariadic("print", 0, a => GoFormat.Print(a.All))
        .AddVariadic("println", 0, a => string.Join(' ', a.All.Select(GoFormat.Value)) + "\n")
        .AddVariadic("printf", 1, a => GoPrintf.Format(a.Text(0), a.From(1)))
        .AddVariadic("call", 1, a => throw new TemplateFault($"non-function {GoFormat.Value(a[0])} of type {GoValue.TypeName(a[0])}"))
        .AddVariadic("html", 0, a => Escape(Joined(a), Html))
        .AddVariadic("js", 0, a => Escape(Joined(a), JavaScript))
        .AddVariadic("urlquery", 0, a => UrlFunctions.QueryEscape(Joined(a)));

    private static string Joined(TemplateArguments arguments) => GoFormat.Print(arguments.All);

    private static object EqualsAny(TemplateArguments arguments)
    {
        if (arguments.Count < 2)
        {
            throw new TemplateFault("missing argument for comparison");
        }

        var found = false;
        for (var i = 1; i < arguments.Count && !found; i++)
        {
            found = AreEqual(arguments[0], arguments[i]);
        }

        return found;
    }

    private static bool AreEqual(object? a, object? b)
    {
        if (a is null || b is null)
        {
            return a is null && b is null;
        }

        foreach (var value in (ReadOnlySpan<object>)[a, b])
        {
            if (value is not string && (value is IList || GoValue.Entries(value, out _) is not null))
            {
                throw new TemplateFault($"non-comparable type {GoFormat.Value(value)}: {GoValue.TypeName(value)}");
            }
        }

        return a.GetType() == b.GetType()
            ? a.Equals(b)
            : throw new TemplateFault($"incompatible types for comparison: {GoValue.TypeName(a)} and {GoValue.TypeName(b)}");
    }

    private static int Compare(TemplateArguments arguments)
    {
        var (a, b) = (arguments[0], arguments[1]);
        foreach (var value in (ReadOnlySpan<object?>)[a, b])
        {
            if (value is not (long or double or string))
            {
                throw new TemplateFault("invalid type for comparison");
            }
        }

        return (a, b) switch
        {
            (long left, long right) => left.CompareTo(right),
            (double left, double right) => left.CompareTo(right),
            (string left, string right) => string.CompareOrdinal(left, right),
            _ => throw new TemplateFault($"incompatible types for comparison: {GoValue.TypeName(a)} and {GoValue.TypeName(b)}"),
        };
    }

    private static object Length(TemplateArguments arguments) => arguments[0] switch
    {
        string text => (long)Encoding.UTF8.GetByteCount(text),
        ICollection collection => (long)collection.Count,
        var value => GoValue.Entries(value, out _) is { } entries
            ? (long)entries.Count
            : throw new TemplateFault(value is null ? "len of nil pointer" : $"len of type {GoValue.TypeName(value)}"),
    };

    private static object? Index(TemplateArguments arguments)
    {
        var value = arguments[0] ?? throw new TemplateFault("index of untyped nil");
        for (var i = 1; i < arguments.Count; i++)
        {
            value = Step(value, arguments[i]);
        }

        return value;
    }

    private static object? Step(object? value, object? key)
    {
        if (value is IReadOnlyDictionary<string, string> or IReadOnlyDictionary<string, object?>)
        {
            if (key is not string name)
            {
                throw new TemplateFault($"value has type {GoValue.TypeName(key)}; should be string");
            }

            // A dictionary of texts has an empty text for what it lacks.
            GoValue.TryLookUp(value, name, out var found, out var exists);
            return exists ? found : value is IReadOnlyDictionary<string, string> ? "" : null;
        }

        var items = value switch
        {
            IList list => list,
            string text => Encoding.UTF8.GetBytes(text),
            null => throw new TemplateFault("index of nil pointer"),
            _ => throw new TemplateFault($"can't index item of type {GoValue.TypeName(value)}"),
        };
        if (key is not long index)
        {
            throw new TemplateFault(key is null ? "cannot index slice/array with nil" : $"cannot index slice/array with type {GoValue.TypeName(key)}");
        }

        return index >= 0 && index < items.Count ? GoValue.Normalize(items[(int)index]) : throw new TemplateFault($"index out of range: {index}");
    }

    private static string Escape(string text, Func<char, string?> escape)
    {
        var output = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (escape(c) is { } replacement)
            {
                output.Append(replacement);
            }
            else
            {
                output.Append(c);
            }
        }

        return output.ToString();
    }

    private static string? Html(char c) => c switch
    {
        '"' => "&#34;",
        '\'' => "&#39;",
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '\0' => "\uFFFD",
        _ => null,
    };

    private static string? JavaScript(char c) => c switch
    {
        '\\' => "\\\\",
        '\'' => "\\'",
        '"' => "\\\"",
        '<' or '>' or '&' or '=' or < ' ' => "\\u" + ((int)c).ToString("X4", CultureInfo.InvariantCulture),
        _ => null,
    };
}
