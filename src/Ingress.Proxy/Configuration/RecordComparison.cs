using System.Collections;
using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration;

/// <summary>
/// Tells whether two records of options are the same configuration, as their <see cref="RecordJson.Canonical"/> texts would. What is the same object is not
/// looked into, so that configurations which share most of their parts cost little.
/// </summary>
internal static class RecordComparison
{
    /// <summary>Compares two values of options: records, maps in any order, lists, scalars.</summary>
    public static bool Same(object? one, object? other)
    {
        if (ReferenceEquals(one, other))
        {
            return true;
        }

        return (one, other) switch
        {
            (null, _) or (_, null) => false,
            (string or ValueType, _) => one.Equals(other),
            (IDictionary map, _) => other is IDictionary otherMap && SameMaps(map, otherMap),
            (IEnumerable items, _) => other is IEnumerable otherItems && SameItems(items, otherItems),
            _ => one.GetType() == other.GetType() && SameRecords(one, other),
        };
    }

    private static bool SameMaps(IDictionary one, IDictionary other)
    {
        if (one.Count != other.Count)
        {
            return false;
        }

        var entries = one.GetEnumerator();
        while (entries.MoveNext())
        {
            if (!other.Contains(entries.Key) || !Same(entries.Value, other[entries.Key]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameItems(IEnumerable one, IEnumerable other)
    {
        if (other is string or IDictionary)
        {
            return false;
        }

        var others = other.GetEnumerator();
        foreach (var item in one)
        {
            if (!others.MoveNext() || !Same(item, others.Current))
            {
                return false;
            }
        }

        return !others.MoveNext();
    }

    private static bool SameRecords(object one, object other)
    {
        foreach (var option in RecordPlan.For(one.GetType()).Options)
        {
            if (!Same(option.Get(one), option.Get(other)))
            {
                return false;
            }
        }

        return one is not CatalogSection sections || SameSections(sections.Sections, ((CatalogSection)other).Sections);
    }

    private static bool SameSections(IReadOnlyDictionary<string, object?> one, IReadOnlyDictionary<string, object?> other)
    {
        foreach (var (key, section) in one)
        {
            if (!other.TryGetValue(key, out var found) || !Same(section, found))
            {
                return false;
            }
        }

        return one.Count == other.Count;
    }
}
