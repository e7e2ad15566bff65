using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Ingress.Proxy.Configuration.Runtime;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary><c>/api/certificates</c>: the certificates of the default store, without the generated default one.</summary>
internal static class CertificateResource
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    /// <summary>Answers with a page of the filtered and sorted list.</summary>
    public static Task ListAsync(HttpContext context, ProxyHost host)
    {
        var query = ApiAnswers.QueryOf(context);
        var search = query["search"].ToString();
        var status = query["status"].ToString();
        var matching = host.Certificates.Where(certificate =>
            (search.Length == 0 || Searched(certificate).Any(text => text.Contains(search, StringComparison.OrdinalIgnoreCase)))
            && (status.Length == 0 || string.Equals(status, StatusText(certificate), StringComparison.OrdinalIgnoreCase)));
        var sortBy = query["sortBy"].ToString();
        var ordered = query["direction"].ToString() is "" or "asc"
            ? matching.OrderBy(certificate => SortKey(certificate, sortBy), StringComparer.Ordinal).ThenBy(Fingerprint, StringComparer.Ordinal)
            : matching.OrderByDescending(certificate => SortKey(certificate, sortBy), StringComparer.Ordinal).ThenByDescending(Fingerprint, StringComparer.Ordinal);
        return ApiAnswers.PageAsync(context, [.. ordered], Write);
    }

    /// <summary>Answers with one, by the SHA-256 of its bytes.</summary>
    public static Task OneAsync(HttpContext context, ProxyHost host, string escapedName)
    {
        if (!ApiAnswers.TryDecodeName(escapedName, out var name))
        {
            return ApiAnswers.FailAsync(context, StatusCodes.Status400BadRequest, $"unable to decode certificateID \"{escapedName}\": invalid URL escape");
        }

        return host.Certificates.FirstOrDefault(certificate => Fingerprint(certificate) == name) is { } found
            ? ApiAnswers.JsonAsync(context, writer => Write(writer, found))
            : ApiAnswers.FailAsync(context, StatusCodes.Status404NotFound, $"certificate not found: {name}");
    }

    /// <summary>How a certificate counts in the overview.</summary>
    public static ObjectStatus StatusOf(X509Certificate2 certificate) => StatusText(certificate) switch
    {
        "enabled" => ObjectStatus.Enabled,
        "warning" => ObjectStatus.Warning,
        _ => ObjectStatus.Disabled,
    };

    private static string StatusText(X509Certificate2 certificate)
    {
        var left = certificate.NotAfter.ToUniversalTime() - TimeProvider.System.GetUtcNow().UtcDateTime;
        return left <= TimeSpan.Zero ? "expired" : left < Soon ? "warning" : "enabled";
    }

    private static string Fingerprint(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));

    private static string CommonName(X509Certificate2 certificate) => Attribute(certificate.SubjectName, "2.5.4.3");

    private static IEnumerable<string> Searched(X509Certificate2 certificate)
        => [CommonName(certificate), Attribute(certificate.IssuerName, "2.5.4.3"), Attribute(certificate.IssuerName, "2.5.4.10"), .. AlternativeNames(certificate)];

    private static string SortKey(X509Certificate2 certificate, string sortBy) => sortBy switch
    {
        "issuer" => Attribute(certificate.IssuerName, "2.5.4.10") + Attribute(certificate.IssuerName, "2.5.4.3"),
        "validUntil" => certificate.NotAfter.ToUniversalTime().ToString("s", CultureInfo.InvariantCulture),
        "status" => StatusText(certificate),
        _ => CommonName(certificate),
    };

    private static IEnumerable<string> AlternativeNames(X509Certificate2 certificate)
        => certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is not { } names
            ? []
            : names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString())).Order(StringComparer.Ordinal);

    private static string Attribute(X500DistinguishedName name, string oid)
    {
        foreach (var part in name.EnumerateRelativeDistinguishedNames())
        {
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == oid)
            {
                return part.GetSingleElementValue() ?? "";
            }
        }

        return "";
    }

    private static void Write(Utf8JsonWriter writer, X509Certificate2 certificate)
    {
        var fingerprint = Fingerprint(certificate);
        var (keyType, keySize) = Key(certificate);
        writer.WriteStartObject();
        writer.WriteString("name", fingerprint);
        ObjectText.WriteList(writer, "sans", AlternativeNames(certificate));
        writer.WriteString("notAfter", certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        writer.WriteString("notBefore", certificate.NotBefore.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        writer.WriteString("serialNumber", new BigInteger(certificate.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture));
        WriteIfAny(writer, "commonName", CommonName(certificate));
        WriteIfAny(writer, "issuerOrg", Attribute(certificate.IssuerName, "2.5.4.10"));
        WriteIfAny(writer, "issuerCN", Attribute(certificate.IssuerName, "2.5.4.3"));
        WriteIfAny(writer, "issuerCountry", Attribute(certificate.IssuerName, "2.5.4.6"));
        WriteIfAny(writer, "organization", Attribute(certificate.SubjectName, "2.5.4.10"));
        WriteIfAny(writer, "country", Attribute(certificate.SubjectName, "2.5.4.6"));
        writer.WriteString("version", "v" + certificate.Version.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("keyType", keyType);
        writer.WriteNumber("keySize", keySize);
        writer.WriteString("signatureAlgorithm", SignatureName(certificate));
        writer.WriteString("certFingerprint", fingerprint);
        writer.WriteString("publicKeyFingerprint", Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo())));
        writer.WriteString("status", StatusText(certificate));
        writer.WriteEndObject();
    }

    private static void WriteIfAny(Utf8JsonWriter writer, string key, string value)
    {
        if (value.Length > 0)
        {
            writer.WriteString(key, value);
        }
    }

    private static (string Type, int Size) Key(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        using var ecdsa = certificate.GetECDsaPublicKey();
        return rsa is not null ? ("RSA", rsa.KeySize) : ecdsa is not null ? ("ECDSA", ecdsa.KeySize) : ("Unknown", 0);
    }

    private static string SignatureName(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value switch
    {
        "1.2.840.113549.1.1.5" => "SHA1-RSA",
        "1.2.840.113549.1.1.11" => "SHA256-RSA",
        "1.2.840.113549.1.1.12" => "SHA384-RSA",
        "1.2.840.113549.1.1.13" => "SHA512-RSA",
        "1.2.840.10045.4.3.2" => "ECDSA-SHA256",
        "1.2.840.10045.4.3.3" => "ECDSA-SHA384",
        "1.2.840.10045.4.3.4" => "ECDSA-SHA512",
        "1.3.101.112" => "Ed25519",
        var other => other ?? "",
    };
}
