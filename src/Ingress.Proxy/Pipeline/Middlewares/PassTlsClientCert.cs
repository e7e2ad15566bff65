using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Pipeline.EntryPoints;
using Ingress.Proxy.Tls;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Tells the server about the client's certificate (<c>passTLSClientCert</c>).</summary>
public sealed record PassTlsClientCertOptions
{
    /// <summary>Sends the certificate and the chain that came with it in <c>X-Forwarded-Tls-Client-Cert</c>, each as base64 in one line, joined by commas. Default: false.</summary>
    public bool Pem { get; init; }

    /// <summary>Sends parts of it in <c>X-Forwarded-Tls-Client-Cert-Info</c>. Default: none.</summary>
    public TlsClientCertInfoOptions? Info { get; init; }
}

/// <summary>Which parts of a client's certificate are told (<c>passTLSClientCert.info</c>).</summary>
public sealed record TlsClientCertInfoOptions
{
    /// <summary>The end of its validity, in seconds since 1970. Default: false.</summary>
    public bool NotAfter { get; init; }

    /// <summary>The start of its validity, in seconds since 1970. Default: false.</summary>
    public bool NotBefore { get; init; }

    /// <summary>Its alternative names. Default: false.</summary>
    public bool Sans { get; init; }

    /// <summary>Its serial number, in decimal. Default: false.</summary>
    public bool SerialNumber { get; init; }

    /// <summary>Parts of its subject. Default: none.</summary>
    public TlsClientCertSubjectOptions? Subject { get; init; }

    /// <summary>Parts of its issuer. Default: none.</summary>
    public TlsClientCertIssuerOptions? Issuer { get; init; }
}

/// <summary>Which parts of the subject are told (<c>passTLSClientCert.info.subject</c>).</summary>
public sealed record TlsClientCertSubjectOptions
{
    /// <summary>C. Default: false.</summary>
    public bool Country { get; init; }

    /// <summary>ST. Default: false.</summary>
    public bool Province { get; init; }

    /// <summary>L. Default: false.</summary>
    public bool Locality { get; init; }

    /// <summary>O. Default: false.</summary>
    public bool Organization { get; init; }

    /// <summary>OU. Default: false.</summary>
    public bool OrganizationalUnit { get; init; }

    /// <summary>CN. Default: false.</summary>
    public bool CommonName { get; init; }

    /// <summary>SN. Default: false.</summary>
    public bool SerialNumber { get; init; }

    /// <summary>DC. Default: false.</summary>
    public bool DomainComponent { get; init; }
}

/// <summary>Which parts of the issuer are told (<c>passTLSClientCert.info.issuer</c>).</summary>
public sealed record TlsClientCertIssuerOptions
{
    /// <summary>C. Default: false.</summary>
    public bool Country { get; init; }

    /// <summary>ST. Default: false.</summary>
    public bool Province { get; init; }

    /// <summary>L. Default: false.</summary>
    public bool Locality { get; init; }

    /// <summary>O. Default: false.</summary>
    public bool Organization { get; init; }

    /// <summary>CN. Default: false.</summary>
    public bool CommonName { get; init; }

    /// <summary>SN. Default: false.</summary>
    public bool SerialNumber { get; init; }

    /// <summary>DC. Default: false.</summary>
    public bool DomainComponent { get; init; }
}

internal sealed class PassTlsClientCert
{
    private const string CertificateHeader = "X-Forwarded-Tls-Client-Cert";
    private const string InfoHeader = "X-Forwarded-Tls-Client-Cert-Info";

    private readonly RequestDelegate next;
    private readonly PassTlsClientCertOptions options;
    private readonly string subjectParts;
    private readonly string issuerParts;

    // A connection's certificates are the same object for all its requests.
    private readonly ConditionalWeakTable<IReadOnlyList<X509Certificate2>, Texts> texts = [];

    private PassTlsClientCert(RequestDelegate next, PassTlsClientCertOptions options)
    {
        this.next = next;
        this.options = options;
        if (options.Info?.Subject is { } subject)
        {
            subjectParts = Parts(
                (subject.DomainComponent, "DC"), (subject.Country, "C"), (subject.Province, "ST"), (subject.Locality, "L"), (subject.Organization, "O"),
                (subject.OrganizationalUnit, "OU"), (subject.SerialNumber, "SN"), (subject.CommonName, "CN"));
        }

        if (options.Info?.Issuer is { } issuer)
        {
            issuerParts = Parts(
                (issuer.DomainComponent, "DC"), (issuer.Country, "C"), (issuer.Province, "ST"), (issuer.Locality, "L"), (issuer.Organization, "O"),
                (issuer.SerialNumber, "SN"), (issuer.CommonName, "CN"));
        }

        subjectParts ??= "";
        issuerParts ??= "";
    }

    public static RequestDelegate Build(MiddlewareBuild build) => new PassTlsClientCert(build.Next, build.OptionsAs<PassTlsClientCertOptions>()).InvokeAsync;

    private static string Parts(params (bool IsWanted, string Name)[] parts) => string.Join(' ', parts.Where(part => part.IsWanted).Select(part => part.Name));

    private Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<ConnectionState>()?.ClientCertificates is { Count: > 0 } certificates)
        {
            var (pem, info) = texts.GetValue(certificates, Describe);
            Tell(context.Request.Headers, CertificateHeader, pem);
            Tell(context.Request.Headers, InfoHeader, info);
        }

        return next(context);
    }

    private static void Tell(IHeaderDictionary headers, string name, string value)
    {
        if (value.Length > 0)
        {
            TrustedHeaders.Remove(headers, name);
            headers[name] = value;
        }
    }

    private Texts Describe(IReadOnlyList<X509Certificate2> certificates) => new(
        options.Pem ? string.Join(',', certificates.Select(certificate => Convert.ToBase64String(certificate.RawDataMemory.Span))) : "",
        options.Info is null ? "" : QueryEscape(string.Join(',', certificates.Select(certificate => Info(certificate, options.Info)))));

    private string Info(X509Certificate2 certificate, TlsClientCertInfoOptions info)
    {
        var values = new List<string>();
        void Add(string name, string value)
        {
            if (value.Length > 0)
            {
                values.Add($"{name}=\"{value}\"");
            }
        }

        Add("Subject", subjectParts.Length > 0 ? CertificateNames.Of(certificate.SubjectName, subjectParts.Split(' ')) : "");
        Add("Issuer", issuerParts.Length > 0 ? CertificateNames.Of(certificate.IssuerName, issuerParts.Split(' ')) : "");
        Add("SerialNumber", info.SerialNumber ? new BigInteger(certificate.SerialNumberBytes.Span, isUnsigned: false, isBigEndian: true).ToString(CultureInfo.InvariantCulture) : "");
        Add("NB", info.NotBefore ? Seconds(certificate.NotBefore) : "");
        Add("NA", info.NotAfter ? Seconds(certificate.NotAfter) : "");
        Add("SAN", info.Sans ? string.Join(',', CertificateNames.AlternativeNames(certificate)) : "");
        return string.Join(';', values);
    }

    private static string QueryEscape(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    private static string Seconds(DateTime time) => new DateTimeOffset(time.ToUniversalTime()).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private sealed record Texts(string Pem, string Info);
}
