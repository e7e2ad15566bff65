using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Ingress.Proxy.Extensibility;

namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>What the decoder has to know beyond the types.</summary>
public sealed record DecoderSettings
{
    /// <summary>The catalogs that declare the sections of <see cref="CatalogSection"/> records, by catalog name. Default: none.</summary>
    public IReadOnlyDictionary<string, OptionCatalog> Catalogs { get; init; } = new Dictionary<string, OptionCatalog>();

    /// <summary>Who resolves texts of the form <c>scheme://reference</c>. Default: nobody.</summary>
    public IReadOnlyList<IValueResolver> Resolvers { get; init; } = [];

    /// <summary>Whether the tree comes from labels or tags, in which some options cannot be set and servers are spelled <c>server</c>. Default: false.</summary>
    public bool FromLabels { get; init; }

    /// <summary>Whether unknown keys are passed over, as the REST provider does. Default: false, they are faults.</summary>
    public bool IgnoreUnknownKeys { get; init; }
}

/// <summary>The sections that a catalog declares: key to type of options.</summary>
public sealed class OptionCatalog
{
    private readonly FrozenDictionary<string, (string Key, Type Type)> sections;

    /// <summary>Takes the sections over; keys are compared without case.</summary>
    public OptionCatalog(IEnumerable<KeyValuePair<string, Type>> sections) =>
        this.sections = sections.ToFrozenDictionary(pair => pair.Key, pair => (pair.Key, pair.Value), StringComparer.OrdinalIgnoreCase);

    /// <summary>All keys as the catalog spells them.</summary>
    public IEnumerable<string> Keys => sections.Values.Select(section => section.Key);

    /// <summary>Looks a section up in any case and says how the catalog spells it.</summary>
    public bool TryFind(string key, [NotNullWhen(true)] out string? spelled, [NotNullWhen(true)] out Type? type)
    {
        var found = sections.TryGetValue(key, out var section);
        (spelled, type) = section;
        return found;
    }
}
