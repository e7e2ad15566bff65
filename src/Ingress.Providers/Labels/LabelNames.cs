using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Providers.Labels;

/// <summary>Which labels are ours, and which only look like it.</summary>
internal static class LabelNames
{
    public const string Root = "traefik";

    private const string Prefix = Root + ".";

    private static readonly string[] Known = ["enable", "http", "tcp", "udp", "tls", "docker", "swarm"];

    /// <summary>Whether a label begins with <c>traefik.</c>, which must be in lower case.</summary>
    public static bool IsOurs(KeyValuePair<string, string> label) => label.Key.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Warns of every label that is passed over although it seems to be meant for this proxy.</summary>
    public static void WarnOfMistaken(string subject, IReadOnlyDictionary<string, string> labels, Findings findings)
    {
        foreach (var sentence in Mistaken(labels))
        {
            findings.Warning(subject, sentence);
        }
    }

    /// <summary>A sentence for each of these labels.</summary>
    public static IEnumerable<string> Mistaken(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var key in labels.Keys.Order(StringComparer.Ordinal))
        {
            if (!key.StartsWith(Root, StringComparison.OrdinalIgnoreCase))
            {
                if (key.Length > Prefix.Length && key.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && NearestKey.Find(key[..dot], [Root]) is not null
                    && Array.Exists(Known, name => IsSection(key.AsSpan(dot + 1), name)))
                {
                    yield return $"label {key} is ignored; did you mean \"{Prefix}{key[(dot + 1)..]}\"?";
                }
            }
            else if (key.Length > Root.Length && key[Root.Length] == '.' && !key.StartsWith(Prefix, StringComparison.Ordinal))
            {
                yield return $"label {key} is ignored: \"{Prefix}\" must be in lower case";
            }
            else if (key.StartsWith(Prefix, StringComparison.Ordinal) && UnknownSection(key) is { } sentence)
            {
                yield return sentence;
            }
        }
    }

    private static bool IsSection(ReadOnlySpan<char> rest, string name) =>
        rest.StartsWith(name, StringComparison.OrdinalIgnoreCase) && (rest.Length == name.Length || rest[name.Length] is '.' or '[');

    private static string? UnknownSection(string key)
    {
        var rest = key[Prefix.Length..];
        var end = rest.AsSpan().IndexOfAny('.', '[');
        var section = end < 0 ? rest : rest[..end];
        if (section.Equals("tls", StringComparison.OrdinalIgnoreCase) && !rest.StartsWith("tls.stores.default", StringComparison.OrdinalIgnoreCase))
        {
            return $"label {key} is ignored: of tls, labels can only set tls.stores.default; use the file provider";
        }

        if (Known.Contains(section, StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        return NearestKey.Find(section, Known) is { } near
            ? $"label {key} is ignored: {section} is unknown; did you mean \"{near}\"?"
            : $"label {key} is ignored: {section} is unknown";
    }
}
