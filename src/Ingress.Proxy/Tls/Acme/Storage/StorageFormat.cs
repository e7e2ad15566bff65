using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ingress.Proxy.Tls.Acme.Storage;

/// <summary>
/// The text of acme.json, letter by letter as Traefik writes it: two-space indent, resolvers sorted by name, no newline at the end. Go reads member
/// names in any case, so this does too.
/// </summary>
internal static class StorageFormat
{
    // Base64 has a plus sign, which the default encoder would escape.
    private static readonly JsonWriterOptions Layout = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions BodyLayout = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="JsonException">The text is not JSON, or not of this shape.</exception>
    public static SortedDictionary<string, StoredResolver> Read(ReadOnlySpan<byte> text)
    {
        var resolvers = new SortedDictionary<string, StoredResolver>(StringComparer.Ordinal);
        if (text.Trim(" \t\r\n"u8).IsEmpty)
        {
            return resolvers;
        }

        using var document = JsonDocument.Parse(text.ToArray());
        if (document.RootElement.ValueKind == JsonValueKind.Null)
        {
            return resolvers;
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("the file is JSON but not an object with a member for each resolver");
        }

        foreach (var member in document.RootElement.EnumerateObject())
        {
            resolvers[member.Name] = ReadResolver(member.Value);
        }

        return resolvers;
    }

    public static byte[] Write(SortedDictionary<string, StoredResolver> resolvers)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Layout))
        {
            writer.WriteStartObject();
            foreach (var (name, resolver) in resolvers)
            {
                writer.WritePropertyName(name);
                WriteResolver(writer, resolver);
            }

            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static StoredResolver ReadResolver(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return StoredResolver.Empty;
        }

        List<StoredCertificate> certificates = [];
        if (Member(element, "Certificates") is { ValueKind: JsonValueKind.Array } list)
        {
            foreach (var entry in list.EnumerateArray())
            {
                if (ReadCertificate(entry) is { } certificate)
                {
                    certificates.Add(certificate);
                }
            }
        }

        return new StoredResolver(ReadAccount(Member(element, "Account")), certificates);
    }

    private static StoredAccount? ReadAccount(JsonElement? element)
    {
        if (element is not { ValueKind: JsonValueKind.Object } account)
        {
            return null;
        }

        var registration = Member(account, "Registration") is { ValueKind: JsonValueKind.Object } found ? found : default;
        var body = registration.ValueKind == JsonValueKind.Object && Member(registration, "body") is { } document ? JsonNode.Parse(document.GetRawText()) : null;
        var url = registration.ValueKind == JsonValueKind.Object ? Text(registration, "uri") : "";
        return new StoredAccount(Text(account, "Email"), body, url, Bytes(account, "PrivateKey"));
    }

    private static StoredCertificate? ReadCertificate(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var (certificate, key) = (Bytes(element, "certificate"), Bytes(element, "key"));
        var domain = Member(element, "domain") is { ValueKind: JsonValueKind.Object } found ? found : default;
        if (certificate.Length == 0 || key.Length == 0 || domain.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        List<string> sans = [];
        if (Member(domain, "sans") is { ValueKind: JsonValueKind.Array } list)
        {
            sans.AddRange(list.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!));
        }

        var store = Text(element, "Store");
        return new StoredCertificate(Text(domain, "main"), sans, certificate, key) { Store = store.Length > 0 ? store : "default" };
    }

    private static JsonElement? Member(JsonElement element, string name)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return member.Value;
            }
        }

        return null;
    }

    private static string Text(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    private static byte[] Bytes(JsonElement element, string name)
    {
        if (Member(element, name) is not { ValueKind: JsonValueKind.String } text)
        {
            return [];
        }

        return text.TryGetBytesFromBase64(out var bytes) ? bytes : throw new JsonException($"\"{name}\" is not base64");
    }

    private static void WriteResolver(Utf8JsonWriter writer, StoredResolver resolver)
    {
        writer.WriteStartObject();
        if (resolver.Account is { } account)
        {
            writer.WritePropertyName("Account");
            WriteAccount(writer, account);
        }
        else
        {
            writer.WriteNull("Account");
        }

        if (resolver.Certificates.Count == 0)
        {
            writer.WriteNull("Certificates");
        }
        else
        {
            writer.WriteStartArray("Certificates");
            foreach (var certificate in resolver.Certificates)
            {
                WriteCertificate(writer, certificate);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteAccount(Utf8JsonWriter writer, StoredAccount account)
    {
        writer.WriteStartObject();
        writer.WriteString("Email", account.Email);
        if (account.RegistrationUrl.Length == 0)
        {
            writer.WriteNull("Registration");
        }
        else
        {
            writer.WriteStartObject("Registration");
            writer.WritePropertyName("body");
            (account.RegistrationBody ?? new JsonObject()).WriteTo(writer, BodyLayout);
            writer.WriteString("uri", account.RegistrationUrl);
            writer.WriteEndObject();
        }

        writer.WriteString("PrivateKey", Convert.ToBase64String(account.PrivateKey));
        writer.WriteEndObject();
    }

    private static void WriteCertificate(Utf8JsonWriter writer, StoredCertificate certificate)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("domain");
        writer.WriteString("main", certificate.Main);
        if (certificate.Sans.Count > 0)
        {
            writer.WriteStartArray("sans");
            foreach (var name in certificate.Sans)
            {
                writer.WriteStringValue(name);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.WriteString("certificate", Convert.ToBase64String(certificate.Certificate));
        writer.WriteString("key", Convert.ToBase64String(certificate.Key));
        writer.WriteString("Store", certificate.Store);
        writer.WriteEndObject();
    }
}
