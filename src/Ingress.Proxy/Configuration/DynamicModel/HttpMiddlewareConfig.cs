using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.DynamicModel;

/// <summary>One HTTP middleware (<c>http.middlewares.NAME</c>): one key, the type, with the options record that <c>MiddlewareCatalog</c> names for it.</summary>
[Catalog("middlewares")]
public sealed record HttpMiddlewareConfig : CatalogSection;
