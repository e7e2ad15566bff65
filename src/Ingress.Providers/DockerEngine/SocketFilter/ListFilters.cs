using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Ingress.Providers.DockerEngine.SocketFilter;

/// <summary>The parameter <c>filters</c> of lists and events: a map from a filter's name to values, as a list or, in Docker's older form, as a map to true or false.</summary>
internal static class ListFilters
{
    /// <summary>The same filters written anew; null where the text is anything else.</summary>
    public static string? Rewrite(string text)
    {
        if (text.Length == 0)
        {
            return "";
        }

        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 2, AllowDuplicateProperties = false });
            var output = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(output))
            {
                if (!TryWrite(document.RootElement, writer))
                {
                    return null;
                }
            }

            return Encoding.UTF8.GetString(output.WrittenSpan);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            // No JSON, a name that comes twice, or a text that is no Unicode.
            return null;
        }
    }

    private static bool TryWrite(JsonElement filters, Utf8JsonWriter writer)
    {
        if (filters.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        writer.WriteStartObject();
        foreach (var filter in filters.EnumerateObject())
        {
            writer.WritePropertyName(filter.Name);
            switch (filter.Value.ValueKind)
            {
                case JsonValueKind.Array when filter.Value.EnumerateArray().All(value => value.ValueKind == JsonValueKind.String):
                case JsonValueKind.Object when filter.Value.EnumerateObject().All(value => value.Value.ValueKind is JsonValueKind.True or JsonValueKind.False):
                    filter.Value.WriteTo(writer);
                    break;
                default:
                    return false;
            }
        }

        writer.WriteEndObject();
        return true;
    }
}
