namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>Reads the keys of a store such as <c>traefik/http/routers/web/rule</c> into nodes; a numeric part is an index where a list belongs.</summary>
public static class KeyValueReader
{
    /// <summary>Reads the pairs below <paramref name="rootKey"/>; a key that ends in a slash is a folder and says nothing.</summary>
    public static ReadResult Read(IEnumerable<KeyValuePair<string, string>> pairs, string rootKey)
    {
        var faults = new List<DecodeFault>();
        var root = rootKey.Trim('/');
        var node = Node.OfMap(root);
        foreach (var (key, value) in pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var path = key.TrimStart('/');
            if (path.EndsWith('/') || !path.StartsWith(root, StringComparison.OrdinalIgnoreCase) || path.Length <= root.Length + 1 || path[root.Length] != '/')
            {
                continue;
            }

            Add(node, key, path[(root.Length + 1)..], value, faults);
        }

        return new ReadResult(node.HasChildren ? node : null, faults);
    }

    private static void Add(Node node, string key, string path, string value, List<DecodeFault> faults)
    {
        foreach (var part in path.Split('/'))
        {
            if (part.Length == 0)
            {
                faults.Add(new DecodeFault { Path = key, Reason = "there is an empty part between two slashes" });
                return;
            }

            node = node.Obtain(part);
        }

        node.SetValue(value);
    }
}
