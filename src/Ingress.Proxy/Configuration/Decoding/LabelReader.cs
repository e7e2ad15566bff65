namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>
/// Reads labels or tags such as <c>traefik.http.routers.web.rule</c> into nodes: parts are separated by dots and compared without case, <c>[0]</c> is an
/// index, and map keys keep the spelling that sorts first.
/// </summary>
public static class LabelReader
{
    /// <summary>
    /// Reads the labels below <paramref name="root"/> whose next part is one of <paramref name="sections"/>; all others are no business of ours.
    /// The root node is named after <paramref name="root"/>.
    /// </summary>
    public static ReadResult Read(IEnumerable<KeyValuePair<string, string>> labels, string root, params ReadOnlySpan<string> sections)
    {
        var faults = new List<DecodeFault>();
        var node = Node.OfMap(root);
        var chosen = new List<KeyValuePair<string, string>>();
        foreach (var label in labels)
        {
            if (Belongs(label.Key, root, sections))
            {
                chosen.Add(label);
            }
        }

        chosen.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        foreach (var (key, value) in chosen)
        {
            Add(node, key, key.AsSpan(root.Length + 1), value, faults);
        }

        return new ReadResult(node.HasChildren ? node : null, faults);
    }

    /// <summary>Adds one dotted path below a node; an empty part is a fault.</summary>
    internal static void Add(Node node, string key, ReadOnlySpan<char> path, string value, List<DecodeFault> faults)
    {
        while (true)
        {
            var end = path.IndexOfAny('.', '[');
            if (end == 0 && path[0] == '[')
            {
                end = path.IndexOf(']') + 1;
            }

            var part = end < 0 ? path : path[..end];
            if (part.IsEmpty)
            {
                faults.Add(new DecodeFault { Path = key, Reason = "there is an empty part between two dots" });
                return;
            }

            node = node.Obtain(part.ToString());
            if (end < 0 || end == path.Length)
            {
                node.SetValue(value);
                return;
            }

            path = path[end] == '.' ? path[(end + 1)..] : path[end..];
        }
    }

    private static bool Belongs(string key, string root, ReadOnlySpan<string> sections)
    {
        if (!key.StartsWith(root, StringComparison.OrdinalIgnoreCase) || key.Length <= root.Length || key[root.Length] != '.')
        {
            return false;
        }

        var rest = key.AsSpan(root.Length + 1);
        foreach (var section in sections)
        {
            if (rest.StartsWith(section, StringComparison.OrdinalIgnoreCase)
                && (rest.Length == section.Length || rest[section.Length] is '.' or '['))
            {
                return true;
            }
        }

        return sections.IsEmpty;
    }
}
