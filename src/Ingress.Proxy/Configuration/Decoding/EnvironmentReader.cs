namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>Reads variables such as <c>TRAEFIK_ENTRYPOINTS_WEB_ADDRESS</c> into nodes; names come out in lower case, and a numeric part is an index where a list belongs.</summary>
public static class EnvironmentReader
{
    /// <summary>
    /// Reads the variables that start with <paramref name="prefix"/> (such as <c>TRAEFIK_</c>) and whose first part is an option of <typeparamref name="T"/>;
    /// others, such as <c>TRAEFIK_VERSION</c>, are no business of ours.
    /// </summary>
    public static ReadResult Read<T>(IEnumerable<KeyValuePair<string, string>> variables, string prefix)
        where T : class
    {
        var plan = RecordPlan.For(typeof(T));
        var faults = new List<DecodeFault>();
        var node = Node.OfMap("");
        foreach (var (name, value) in variables.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var parts = name[prefix.Length..].ToLowerInvariant().Split('_');
            if (plan.Find(parts[0]) is null)
            {
                continue;
            }

            if (parts.Contains(""))
            {
                faults.Add(new DecodeFault { Path = name, Reason = "there is an empty part between two underscores" });
                continue;
            }

            var target = node;
            foreach (var part in parts)
            {
                target = target.Obtain(part);
            }

            target.SetValue(value);
        }

        return new ReadResult(node.HasChildren ? node : null, faults);
    }
}
