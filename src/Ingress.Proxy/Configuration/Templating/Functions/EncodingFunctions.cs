using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ingress.Proxy.Configuration.Templating.Functions;

/// <summary>Base64, base32, JSON, digests and password hashes.</summary>
internal static class EncodingFunctions
{
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private static readonly SearchValues<char> Base64Digits = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    public static void AddTo(TemplateFunctionSet set) => set
        .Add("b64enc", 1, a => Convert.ToBase64String(Encoding.UTF8.GetBytes(a.Text(0))))
        .Add("b64dec", 1, a => DecodeBase64(a.Text(0)))
        .Add("b32enc", 1, a => EncodeBase32(Encoding.UTF8.GetBytes(a.Text(0))))
        .Add("b32dec", 1, a => DecodeBase32(a.Text(0)))
        .Add("sha1sum", 1, a => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(a.Text(0)))))
        .Add("sha256sum", 1, a => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(a.Text(0)))))
        .Add("adler32sum", 1, a => Adler32(Encoding.UTF8.GetBytes(a.Text(0))).ToString(CultureInfo.InvariantCulture))
        .Add("bcrypt", 1, a => BCrypt.Net.BCrypt.HashPassword(a.Text(0), 10))
        .Add("htpasswd", 2, a => a.Text(0).Contains(':', StringComparison.Ordinal)
            ? $"invalid username: {a.Text(0)}"
            : $"{a.Text(0)}:{BCrypt.Net.BCrypt.HashPassword(a.Text(1), 10)}")
        .AddWithMust("toJson", 1, a => Serialize(a[0], indented: false, escapeHtml: true))
        .AddWithMust("toRawJson", 1, a => Serialize(a[0], indented: false, escapeHtml: false))
        .AddWithMust("toPrettyJson", 1, a => Serialize(a[0], indented: true, escapeHtml: true))
        .Add("fromJson", 1, a => TryReadJson(a.Text(0), out var value, out _) ? value : null)
        .Add("mustFromJson", 1, a => TryReadJson(a.Text(0), out var value, out var fault) ? value : throw new TemplateFault(fault));

    private static string DecodeBase64(string text)
    {
        var buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text, buffer, out var length)
            ? Encoding.UTF8.GetString(buffer, 0, length)
            : $"illegal base64 data at input byte {FirstOutside(text)}";
    }

    private static int FirstOutside(string text)
    {
        var at = text.AsSpan().IndexOfAnyExcept(Base64Digits);
        return at < 0 ? text.Length / 4 * 4 : at;
    }

    private static string EncodeBase32(byte[] bytes)
    {
        var output = new StringBuilder();
        var (buffer, bits) = (0, 0);
        foreach (var value in bytes)
        {
            buffer = ((buffer << 8) | value) & 0xFFFF;
            for (bits += 8; bits >= 5; bits -= 5)
            {
                output.Append(Base32[(buffer >> (bits - 5)) & 31]);
            }
        }

        if (bits > 0)
        {
            output.Append(Base32[(buffer << (5 - bits)) & 31]);
        }

        return output.Append('=', (8 - (output.Length % 8)) % 8).ToString();
    }

    private static string DecodeBase32(string text)
    {
        var bytes = new List<byte>();
        var (buffer, bits) = (0, 0);
        var digits = text.TrimEnd('=');
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = Base32.IndexOf(digits[i], StringComparison.Ordinal);
            if (digit < 0)
            {
                return $"illegal base32 data at input byte {i}";
            }

            buffer = ((buffer << 5) | digit) & 0xFFFF;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)(buffer >> bits));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static uint Adler32(byte[] bytes)
    {
        var (a, b) = (1u, 0u);
        foreach (var value in bytes)
        {
            a = (a + value) % 65521;
            b = (b + a) % 65521;
        }

        return (b << 16) | a;
    }

    private static string Serialize(object? value, bool indented, bool escapeHtml)
    {
        var options = new JsonWriterOptions { Indented = indented, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, options))
        {
            Write(writer, value);
        }

        var text = Encoding.UTF8.GetString(stream.ToArray());
        return escapeHtml
            ? text.Replace("<", "\\u003c", StringComparison.Ordinal).Replace(">", "\\u003e", StringComparison.Ordinal).Replace("&", "\\u0026", StringComparison.Ordinal)
            : text;
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case double number:
                writer.WriteRawValue(GoFormat.Float(number, Math.Abs(number) is 0 or (>= 1e-6 and < 1e21) ? 'f' : 'e', -1));
                break;
            case var _ when GoValue.Entries(value, out var _) is { } entries:
                writer.WriteStartObject();
                foreach (var (key, item) in entries)
                {
                    writer.WritePropertyName(key);
                    Write(writer, GoValue.Normalize(item));
                }

                writer.WriteEndObject();
                break;
            case IList list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    Write(writer, GoValue.Normalize(item));
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(GoFormat.Value(value));
                break;
        }
    }

    private static bool TryReadJson(string text, out object? value, out string fault)
    {
        (value, fault) = (null, "");
        try
        {
            using var document = JsonDocument.Parse(text);
            value = Read(document.RootElement);
            return true;
        }
        catch (JsonException exception)
        {
            fault = exception.Message;
            return false;
        }
    }

    private static object? Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().ToDictionary(property => property.Name, property => Read(property.Value), StringComparer.Ordinal),
        JsonValueKind.Array => element.EnumerateArray().Select(Read).ToList(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
