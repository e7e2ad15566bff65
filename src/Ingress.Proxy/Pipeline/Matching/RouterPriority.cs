using System.Text;
using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Matching;

/// <summary>Which router is asked first.</summary>
internal static class RouterPriority
{
    /// <summary>The highest priority that a configuration may give; those above belong to internal routers.</summary>
    public const long Maximum = long.MaxValue - 1000;

    /// <summary>The priority in force: the one given, or the rule's length in bytes.</summary>
    public static long Of(string rule, long priority) => priority != 0 ? priority : Encoding.UTF8.GetByteCount(rule);

    /// <summary>What is wrong with a router's priority, or null.</summary>
    public static string? Fault(string name, long priority)
        => priority > Maximum && !name.EndsWith("@internal", StringComparison.Ordinal)
            ? $"the router priority {priority} exceeds the max user-defined priority {Maximum}"
            : null;

    /// <summary>The order in which routers are tried: priority, then the listed providers, then the name.</summary>
    public static int Compare((string Name, long Priority) left, (string Name, long Priority) right, IReadOnlyList<string> providerPrecedence)
    {
        var order = right.Priority.CompareTo(left.Priority);
        if (order == 0 && providerPrecedence.Count > 0)
        {
            order = Place(left.Name, providerPrecedence).CompareTo(Place(right.Name, providerPrecedence));
        }

        return order != 0 ? order : string.CompareOrdinal(left.Name, right.Name);
    }

    private static int Place(string name, IReadOnlyList<string> providerPrecedence)
    {
        var provider = QualifiedName.ProviderOf(name);
        for (var i = 0; i < providerPrecedence.Count; i++)
        {
            if (provider.Equals(providerPrecedence[i], StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return providerPrecedence.Count;
    }
}
