using System.Collections.Frozen;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ingress.Providers.DockerEngine.SocketFilter;

/// <summary>
/// Which fields of an answer may be seen. A field on the list passes. Of any other one the texts, objects and lists are there but empty, so that a reader finds
/// the shape that it knows; numbers and truth values pass, in a list too, as no secret is one.
/// </summary>
/// <remarks>
/// Written as <c>Name</c> (passes whole), <c>Name( … )</c> (an object, or a list of objects, of which these fields pass) and <c>Name{ … }</c> (a map with any
/// keys, to such objects).
/// </remarks>
internal sealed class VisibleFields
{
    /// <summary>Texts are written as the engine writes them: nothing in here becomes part of a page.</summary>
    public static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly VisibleFields Whole = new(null, null);

    private readonly FrozenDictionary<string, VisibleFields>? fields;
    private readonly VisibleFields? values;

    private VisibleFields(FrozenDictionary<string, VisibleFields>? fields, VisibleFields? values)
    {
        this.fields = fields;
        this.values = values;
    }

    /// <summary>Reads a list of fields.</summary>
    /// <exception cref="FormatException">The list is not well formed.</exception>
    public static VisibleFields Parse(string text)
    {
        var position = 0;
        var fields = ParseFields(text, ref position);
        return position == text.Length ? fields : throw new FormatException($"\"{text[position]}\" at {position} closes nothing");
    }

    /// <summary>Writes what may be seen of a value.</summary>
    public void Write(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case var _ when ReferenceEquals(this, Whole):
                value.WriteTo(writer);
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(item, writer);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    WriteField(property, writer);
                }

                writer.WriteEndObject();
                break;
            default:
                WriteEmpty(value, writer);
                break;
        }
    }

    /// <summary>Writes a field with what may be seen of it.</summary>
    public void WriteField(JsonProperty field, Utf8JsonWriter writer)
    {
        writer.WritePropertyName(field.Name);
        if ((values ?? fields?.GetValueOrDefault(field.Name)) is { } visible)
        {
            visible.Write(field.Value, writer);
        }
        else
        {
            WriteEmpty(field.Value, writer);
        }
    }

    private static void WriteEmpty(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                writer.WriteStringValue("");
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    if (item.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
                    {
                        item.WriteTo(writer);
                    }
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Object:
                writer.WriteStartObject();
                writer.WriteEndObject();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static VisibleFields ParseFields(string text, ref int position)
    {
        var fields = new Dictionary<string, VisibleFields>(StringComparer.Ordinal);
        while (true)
        {
            while (position < text.Length && char.IsWhiteSpace(text[position]))
            {
                position++;
            }

            var start = position;
            while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] == '_'))
            {
                position++;
            }

            if (position == start)
            {
                return new VisibleFields(fields.ToFrozenDictionary(StringComparer.Ordinal), null);
            }

            fields.Add(text[start..position], ParseBelow(text, ref position));
        }
    }

    private static VisibleFields ParseBelow(string text, ref int position)
    {
        var opening = position < text.Length ? text[position] : ' ';
        if (opening is not ('(' or '{'))
        {
            return Whole;
        }

        position++;
        var below = ParseFields(text, ref position);
        if (position == text.Length || text[position] != (opening == '(' ? ')' : '}'))
        {
            throw new FormatException($"\"{opening}\" is not closed at {position}");
        }

        position++;
        return opening == '(' ? below : new VisibleFields(null, below);
    }
}
