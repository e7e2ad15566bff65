using System.Collections;
using System.Globalization;

namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>Lists every option of a record and of the records below it, with defaults, as flags spell them.</summary>
internal static class OptionListing
{
    /// <summary>The options in the order of their names.</summary>
    public static IEnumerable<(string Path, string Default)> Of(Type root, DecoderSettings settings)
    {
        var list = new List<(string, string)>();
        Add(RecordPlan.For(root), "", settings, list);
        return list.OrderBy(option => option.Item1, StringComparer.Ordinal);
    }

    private static void Add(RecordPlan record, string prefix, DecoderSettings settings, List<(string, string)> list)
    {
        var defaults = record.Create();
        foreach (var option in record.Options)
        {
            var path = prefix + option.Key.ToLowerInvariant();
            Add(option.Value, path, option.AllowEmpty, option.Get(defaults), settings, list);
        }

        if (record.Catalog is null || !settings.Catalogs.TryGetValue(record.Catalog, out var catalog))
        {
            return;
        }

        foreach (var key in catalog.Keys)
        {
            if (catalog.TryFind(key, out _, out var type))
            {
                var value = ValuePlan.For(type);
                Add(value, prefix + key.ToLowerInvariant(), value.Form == ValueForm.Record && value.Record.AllowEmpty, null, settings, list);
            }
        }
    }

    private static void Add(ValuePlan value, string path, bool allowEmpty, object? given, DecoderSettings settings, List<(string, string)> list)
    {
        switch (value.Form)
        {
            case ValueForm.Record:
                if (allowEmpty)
                {
                    list.Add((path, given is null ? "false" : "true"));
                }

                Add(value.Record, path + ".", settings, list);
                break;
            case ValueForm.Map:
                Add(value.Element!, path + ".<name>", value.Element!.Form == ValueForm.Record && value.Element.Record.AllowEmpty, null, settings, list);
                break;
            case ValueForm.List when value.Element!.Form == ValueForm.Record:
                Add(value.Element, path + "[n]", allowEmpty: false, null, settings, list);
                break;
            default:
                list.Add((path, Text(given)));
                break;
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool truth => truth ? "true" : "false",
        IEnumerable items => string.Join(", ", items.Cast<object>().Select(Text)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
