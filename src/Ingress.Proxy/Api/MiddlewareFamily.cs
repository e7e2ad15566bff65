using System.Text.Json;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.Runtime;

namespace Ingress.Proxy.Api;

/// <summary><c>/api/http/middlewares</c> and <c>/api/tcp/middlewares</c>.</summary>
internal sealed class MiddlewareFamily<T>(Func<RuntimeConfiguration, IReadOnlyDictionary<string, RuntimeObject<T>>> objects) : ObjectFamily<T>("middleware", objects)
    where T : CatalogSection
{
    /// <inheritdoc/>
    protected override IComparable? SortKey(RuntimeObject<T> item, string sortBy) => sortBy switch
    {
        "type" => KindOf(item),
        "provider" => item.Provider,
        "status" => ObjectText.Of(item.Status),
        _ => null,
    };

    /// <inheritdoc/>
    protected override void WriteConfig(Utf8JsonWriter writer, RuntimeObject<T> item, bool named) => RecordJson.WriteProperties(writer, item.Config);

    /// <inheritdoc/>
    protected override void WriteTail(Utf8JsonWriter writer, RuntimeObject<T> item, bool named)
    {
        if (named && KindOf(item) is { Length: > 0 } kind)
        {
            writer.WriteString("type", kind);
        }
    }

    // A plugin's type is its own name, and two in one have none.
    private static string KindOf(RuntimeObject<T> item)
    {
        var (key, options) = item.Config.Sections.FirstOrDefault(section => section.Value is not null);
        return options is IReadOnlyDictionary<string, object> plugins ? plugins.Count == 1 ? plugins.Keys.Single() : "" : key?.ToLowerInvariant() ?? "";
    }
}
