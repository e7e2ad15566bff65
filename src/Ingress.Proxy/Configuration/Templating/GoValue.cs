using System.Collections;
using System.Globalization;

namespace Ingress.Proxy.Configuration.Templating;

/// <summary>
/// Values as templates see them: null, bool, long, double, string, lists, dictionaries by string, and objects by property. The names of Go's types are
/// needed for messages and for <c>typeOf</c>.
/// </summary>
internal static class GoValue
{
    public static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool flag => flag,
        string text => text.Length > 0,
        ICollection collection => collection.Count > 0,
        long or double or int => ToDouble(value) != 0,
        GoDuration duration => duration.Nanoseconds != 0,
        _ => true,
    };

    public static string TypeName(object? value) => value switch
    {
        null => "<nil>",
        bool => "bool",
        string => "string",
        long or int => "int",
        double => "float64",
        GoDuration => "time.Duration",
        DateTimeOffset => "time.Time",
        _ when Entries(value, out var typed) is not null => typed ? "map[string]string" : "map[string]interface {}",
        string[] => "[]string",
        IList => "[]interface {}",
        _ => value.GetType().Name,
    };

    public static string KindName(object? value) => value switch
    {
        null => "invalid",
        string => "string",
        bool => "bool",
        long or int => "int",
        double => "float64",
        GoDuration => "int64",
        _ when Entries(value, out _) is not null => "map",
        IList => "slice",
        _ => "struct",
    };

    /// <summary>The entries of a dictionary in the order of their keys; null where the value is none.</summary>
    public static List<KeyValuePair<string, object?>>? Entries(object? value, out bool isText)
    {
        isText = value is IEnumerable<KeyValuePair<string, string>>;
        List<KeyValuePair<string, object?>>? entries = value switch
        {
            IEnumerable<KeyValuePair<string, object?>> any => [.. any],
            IEnumerable<KeyValuePair<string, string>> text => [.. text.Select(pair => KeyValuePair.Create(pair.Key, (object?)pair.Value))],
            _ => null,
        };
        entries?.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
        return entries;
    }

    /// <summary>Looks a key up; false where the value is no dictionary.</summary>
    public static bool TryLookUp(object? value, string key, out object? found, out bool exists)
    {
        found = null;
        exists = false;
        switch (value)
        {
            case IReadOnlyDictionary<string, object?> any:
                exists = any.TryGetValue(key, out found);
                return true;
            case IReadOnlyDictionary<string, string> text:
                exists = text.TryGetValue(key, out var entry);
                found = entry;
                return true;
            default:
                return false;
        }
    }

    /// <summary>A value as templates compute with it: every whole number is a long.</summary>
    public static object? Normalize(object? value) => value switch
    {
        int or short or byte or uint or sbyte or ushort => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        float single => (double)single,
        Enum => value.ToString(),
        _ => value,
    };

    public static double ToDouble(object? value) => value switch
    {
        double number => number,
        long number => number,
        int number => number,
        bool flag => flag ? 1 : 0,
        string text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0,
        GoDuration duration => duration.Nanoseconds,
        _ => 0,
    };

    /// <summary>A whole number out of anything, 0 where nothing fits; texts may carry Go's base prefixes.</summary>
    public static long ToInteger(object? value) => value switch
    {
        long number => number,
        int number => number,
        double number => double.IsFinite(number) ? (long)number : 0,
        bool flag => flag ? 1 : 0,
        string text => GoLiteral.TryReadInteger(text, out var number) && number >= long.MinValue && number <= long.MaxValue ? (long)number : 0,
        GoDuration duration => duration.Nanoseconds,
        _ => 0,
    };

    public static bool DeepEquals(object? a, object? b)
    {
        if (a is null || b is null)
        {
            return a is null && b is null;
        }

        if (Entries(a, out _) is { } left)
        {
            return Entries(b, out _) is { } right
                && left.Count == right.Count
                && left.Zip(right).All(pair => pair.First.Key == pair.Second.Key && DeepEquals(pair.First.Value, pair.Second.Value));
        }

        return a is IList first && b is IList second
            ? first.Count == second.Count && first.Cast<object?>().Zip(second.Cast<object?>()).All(pair => DeepEquals(pair.First, pair.Second))
            : Equals(Normalize(a), Normalize(b));
    }
}
