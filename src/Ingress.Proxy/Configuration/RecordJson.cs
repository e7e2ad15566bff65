using System.Buffers;
using System.Collections;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration;

/// <summary>
/// Writes records of options as Traefik's API does: keys in the order of the type, zero values left out unless marked <see cref="AlwaysShownAttribute"/>,
/// durations as text, the sections of a catalog under their own keys.
/// </summary>
public static class RecordJson
{
    /// <summary>How all JSON here is written: the characters of rules stay readable.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string Hidden = "xxxx";

    /// <summary>Writes the record as one object.</summary>
    public static void Write(Utf8JsonWriter writer, object record, bool hideSecrets = false)
    {
        writer.WriteStartObject();
        WriteProperties(writer, record, hideSecrets);
        writer.WriteEndObject();
    }

    /// <summary>Writes the record's keys into an object that the caller has opened.</summary>
    public static void WriteProperties(Utf8JsonWriter writer, object record, bool hideSecrets = false)
    {
        var plan = RecordPlan.For(record.GetType());
        foreach (var option in plan.Options)
        {
            if (option.NotShown || option.Get(record) is not { } value || !(option.AlwaysShown || option.Value.IsNullable || HasContent(value)))
            {
                continue;
            }

            writer.WritePropertyName(option.Key);
            if (hideSecrets && option.Secret)
            {
                writer.WriteStringValue(Hidden);
                continue;
            }

            WriteValue(writer, value, hideSecrets);
        }

        if (record is CatalogSection catalog)
        {
            foreach (var (key, section) in catalog.Sections)
            {
                if (section is not null)
                {
                    writer.WritePropertyName(key);
                    WriteValue(writer, section, hideSecrets);
                }
            }
        }
    }

    /// <summary>The record as text, nothing left out and all maps in order: two records with the same text are the same configuration.</summary>
    public static string Canonical(object record)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            WriteCanonical(writer, record);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static bool HasContent(object value) => value switch
    {
        string text => text.Length > 0,
        bool truth => truth,
        int number => number != 0,
        long number => number != 0,
        double number => number != 0,
        GoDuration duration => duration != GoDuration.Zero,
        ICollection collection => collection.Count > 0,
        IEnumerable items => items.GetEnumerator().MoveNext(),
        _ => true,
    };

    private static void WriteValue(Utf8JsonWriter writer, object? value, bool hideSecrets)
    {
        if (WriteScalar(writer, value))
        {
            return;
        }

        switch (value)
        {
            case IDictionary map:
                writer.WriteStartObject();
                foreach (var key in SortedKeys(map))
                {
                    writer.WritePropertyName(key);
                    WriteValue(writer, map[key], hideSecrets);
                }

                writer.WriteEndObject();
                break;
            case IEnumerable items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    WriteValue(writer, item, hideSecrets);
                }

                writer.WriteEndArray();
                break;
            default:
                Write(writer, value!, hideSecrets);
                break;
        }
    }

    private static void WriteCanonical(Utf8JsonWriter writer, object? value)
    {
        if (WriteScalar(writer, value))
        {
            return;
        }

        switch (value)
        {
            case IDictionary map:
                writer.WriteStartObject();
                foreach (var key in SortedKeys(map))
                {
                    writer.WritePropertyName(key);
                    WriteCanonical(writer, map[key]);
                }

                writer.WriteEndObject();
                break;
            case IEnumerable items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    WriteCanonical(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                WriteCanonicalRecord(writer, value!);
                break;
        }
    }

    private static void WriteCanonicalRecord(Utf8JsonWriter writer, object record)
    {
        writer.WriteStartObject();
        foreach (var option in RecordPlan.For(record.GetType()).Options)
        {
            if (option.Get(record) is { } value)
            {
                writer.WritePropertyName(option.Key);
                WriteCanonical(writer, value);
            }
        }

        if (record is CatalogSection catalog)
        {
            foreach (var (key, section) in catalog.Sections.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                writer.WritePropertyName(key);
                WriteCanonical(writer, section);
            }
        }

        writer.WriteEndObject();
    }

    private static bool WriteScalar(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                return true;
            case string text:
                writer.WriteStringValue(text);
                return true;
            case bool truth:
                writer.WriteBooleanValue(truth);
                return true;
            case int number:
                writer.WriteNumberValue(number);
                return true;
            case long number:
                writer.WriteNumberValue(number);
                return true;
            case double number:
                writer.WriteNumberValue(number);
                return true;
            case GoDuration duration:
                writer.WriteStringValue(duration.ToString());
                return true;
            default:
                return false;
        }
    }

    private static List<string> SortedKeys(IDictionary map)
    {
        var keys = new List<string>(map.Count);
        foreach (string key in map.Keys)
        {
            keys.Add(key);
        }

        keys.Sort(StringComparer.Ordinal);
        return keys;
    }
}
