using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>Where routes come from (<c>providers</c>): one key a provider, with the options record that the provider catalog names for it.</summary>
[Catalog("providers")]
public sealed record ProvidersOptions : CatalogSection
{
    /// <summary>The least time between two applied configurations of one provider. Default: 2s.</summary>
    public GoDuration ProvidersThrottleDuration { get; init; } = GoDuration.FromSeconds(2);

    /// <summary>Provider names, strongest first; decides between routers of equal priority. Default: none.</summary>
    public IReadOnlyList<string> Precedence { get; init; } = [];

    /// <summary>Plugin providers by name (<c>providers.plugin</c>); refused at start, as plugins are not supported. Default: none.</summary>
    public IReadOnlyDictionary<string, object?> Plugin { get; init; } = new Dictionary<string, object?>();
}

/// <summary>Modules beside the proxy (<c>planes</c>): one key a plane, with the options record that the plane catalog names for it.</summary>
[Catalog("planes")]
public sealed record PlanesOptions : CatalogSection;
