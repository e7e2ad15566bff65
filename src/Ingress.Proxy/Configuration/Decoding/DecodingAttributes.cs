namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>
/// The option may be given bare: an empty text or <c>true</c> means the defaults, <c>false</c> means absent. Stands on a property, or on an options record
/// for every use of it. Without it a bare structure is refused.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public sealed class AllowEmptyAttribute : Attribute;

/// <summary>The option cannot be set by labels, tags or key-value stores; there it is ignored with a warning.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NotFromLabelsAttribute : Attribute;

/// <summary>The option is shown by the API even when it has its zero value, as a pointer field of Traefik is.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AlwaysShownAttribute : Attribute;

/// <summary>The option is not part of what the API shows.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NotShownAttribute : Attribute;

/// <summary>The option's key, where it is not the property's name in camel case.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class KeyAttribute(string key) : Attribute
{
    /// <summary>The key as Traefik spells it.</summary>
    public string Key { get; } = key;
}

/// <summary>In labels the list is one object under this key, as <c>server</c> is for <c>servers</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LabelItemAttribute(string key) : Attribute
{
    /// <summary>The key of the one object.</summary>
    public string Key { get; } = key;
}

/// <summary>The option's value is a secret: it never reaches a log, an error or a support dump.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;

/// <summary>Names the catalog in which the record's further keys are declared; see <see cref="CatalogSection"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CatalogAttribute(string name) : Attribute
{
    /// <summary>The catalog's name: <c>middlewares</c>, <c>tcpMiddlewares</c>, <c>providers</c> or <c>planes</c>.</summary>
    public string Name { get; } = name;
}

/// <summary>A record of which some keys are declared elsewhere, one catalog line each, so that this model knows no middleware, provider or plane by name.</summary>
public abstract record CatalogSection
{
    /// <summary>The sections given, by their key as the catalog spells it; a null value was given as null. Default: none.</summary>
    [NotShown]
    public IReadOnlyDictionary<string, object?> Sections { get; init; } = new Dictionary<string, object?>();
}
