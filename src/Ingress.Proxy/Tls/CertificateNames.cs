using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Ingress.Proxy.Tls;

/// <summary>Names in certificates as texts.</summary>
internal static class CertificateNames
{
    private const string AlternativeNameOid = "2.5.29.17";

    private static readonly Dictionary<string, string> Oids = new(StringComparer.Ordinal)
    {
        ["DC"] = "0.9.2342.19200300.100.1.25",
        ["C"] = "2.5.4.6",
        ["ST"] = "2.5.4.8",
        ["L"] = "2.5.4.7",
        ["O"] = "2.5.4.10",
        ["OU"] = "2.5.4.11",
        ["SN"] = "2.5.4.5",
        ["CN"] = "2.5.4.3",
    };

    // Go's order, the last first.
    private static readonly (string Label, string Oid)[] Standard =
    [
        ("SERIALNUMBER", "2.5.4.5"), ("CN", "2.5.4.3"), ("OU", "2.5.4.11"), ("O", "2.5.4.10"), ("POSTALCODE", "2.5.4.17"), ("STREET", "2.5.4.9"),
        ("L", "2.5.4.7"), ("ST", "2.5.4.8"), ("C", "2.5.4.6"),
    ];

    /// <summary>These parts of a distinguished name in this order, such as <c>C=DE,CN=x</c>. Of serial numbers and common names the last counts, of others all do.</summary>
    public static string Of(X500DistinguishedName name, IReadOnlyList<string> parts)
    {
        var attributes = Read(name.RawData);
        var texts = new List<string>();
        foreach (var part in parts)
        {
            var values = attributes.Where(attribute => attribute.Oid == Oids[part] && attribute.Value.Length > 0).Select(attribute => $"{part}={attribute.Value}");
            texts.AddRange(part is "SN" or "CN" ? values.TakeLast(1) : values);
        }

        return string.Join(',', texts);
    }

    /// <summary>
    /// The whole name as RFC 2253 writes it and Go orders it, such as <c>CN=ann,O=Home+O=Away,C=DE</c>: values of one kind stand together, and kinds without a
    /// short name come last, as numbers.
    /// </summary>
    public static string Full(X500DistinguishedName name)
    {
        var attributes = Read(name.RawData);
        var texts = new List<string>();
        foreach (var (label, oid) in Standard)
        {
            var values = attributes.Where(attribute => attribute.Oid == oid).Select(attribute => attribute.Value);
            var wanted = label is "SERIALNUMBER" or "CN" ? values.TakeLast(1).Where(value => value.Length > 0) : values;
            texts.Add(string.Join('+', wanted.Select(value => $"{label}={Escape(value)}")));
        }

        var others = attributes.Where(attribute => !Standard.Any(standard => standard.Oid == attribute.Oid)).Select(attribute => $"{attribute.Oid}=#{Encode(attribute.Value)}");
        return string.Join(',', [.. texts.Where(text => text.Length > 0), .. others.Reverse()]);
    }

    /// <summary>DNS names, mail addresses, IP addresses and URIs, in this order.</summary>
    public static IEnumerable<string> AlternativeNames(X509Certificate2 certificate)
    {
        var extension = certificate.Extensions.FirstOrDefault(extension => extension.Oid?.Value == AlternativeNameOid);
        if (extension is null)
        {
            return [];
        }

        List<string> dns = [], mail = [], addresses = [], uris = [];
        try
        {
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                var tag = names.PeekTag();
                switch (tag.TagValue)
                {
                    case 1:
                        mail.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                        break;
                    case 2:
                        dns.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                        break;
                    case 6:
                        uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                        break;
                    case 7:
                        addresses.Add(new IPAddress(names.ReadOctetString(tag)).ToString());
                        break;
                    default:
                        names.ReadEncodedValue();
                        break;
                }
            }
        }
        catch (Exception fault) when (fault is AsnContentException or ArgumentException)
        {
            // What follows a malformed name is unknown; those before it are as they are.
        }

        return [.. dns, .. mail, .. addresses, .. uris];
    }

    private static string Escape(string value)
    {
        var escaped = new StringBuilder(value.Length);
        for (var index = 0; index < value.Length; index++)
        {
            var isSpecial = value[index] switch
            {
                ',' or '+' or '"' or '\\' or '<' or '>' or ';' => true,
                ' ' => index == 0 || index == value.Length - 1,
                '#' => index == 0,
                _ => false,
            };
            escaped.Append(isSpecial ? "\\" : "").Append(value[index]);
        }

        return escaped.ToString();
    }

    private static string Encode(string value)
    {
        var isPrintable = value.All(character => char.IsAsciiLetterOrDigit(character) || " '()+,-./:=?".Contains(character, StringComparison.Ordinal));
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteCharacterString(isPrintable ? UniversalTagNumber.PrintableString : UniversalTagNumber.UTF8String, value);
        return Convert.ToHexStringLower(writer.Encode());
    }

    private static List<(string Oid, string Value)> Read(byte[] name)
    {
        var attributes = new List<(string Oid, string Value)>();
        try
        {
            var sets = new AsnReader(name, AsnEncodingRules.DER).ReadSequence();
            while (sets.HasData)
            {
                var set = sets.ReadSetOf(skipSortOrderValidation: true);
                while (set.HasData)
                {
                    var attribute = set.ReadSequence();
                    var oid = attribute.ReadObjectIdentifier();
                    attributes.Add((oid, ReadText(attribute)));
                }
            }
        }
        catch (AsnContentException)
        {
            // The certificate was accepted by the handshake; of a name that cannot be read, what could be read is told.
        }

        return attributes;
    }

    private static string ReadText(AsnReader attribute)
    {
        var tag = attribute.PeekTag();
        return tag.TagClass == TagClass.Universal && (UniversalTagNumber)tag.TagValue is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString
            or UniversalTagNumber.IA5String or UniversalTagNumber.T61String or UniversalTagNumber.BMPString or UniversalTagNumber.NumericString or UniversalTagNumber.VisibleString
            ? attribute.ReadCharacterString((UniversalTagNumber)tag.TagValue)
            : "";
    }
}
