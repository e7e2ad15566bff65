using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ingress.IntegrationTests.Tls;

/// <summary>A root and an intermediate authority, and certificates of the intermediate as PEM files.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";
    private readonly X509Certificate2 root;
    private readonly X509Certificate2 intermediate;

    public TestAuthority(string name)
    {
        root = Authority($"CN={name} root", null);
        intermediate = Authority($"CN={name} intermediate", root);
    }

    /// <summary>The root as PEM.</summary>
    public string RootPem => root.ExportCertificatePem();

    /// <summary>The intermediate as PEM.</summary>
    public string IntermediatePem => intermediate.ExportCertificatePem();

    /// <summary>The intermediate's key as PEM.</summary>
    public string IntermediateKeyPem => intermediate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();

    /// <summary>A server's certificate, its chain and its key, as the texts of two files. <paramref name="responder"/> is the OCSP responder's URL.</summary>
    public (string Chain, string Key) Server(string[] names, string? responder = null) => Issue("CN=" + names[0], names, null, responder);

    /// <summary>A client's certificate with its chain and its key.</summary>
    public (string Chain, string Key) Client(string name) => Issue("CN=" + name, [], ClientUse, null);

    /// <inheritdoc/>
    public void Dispose()
    {
        root.Dispose();
        intermediate.Dispose();
    }

    private (string Chain, string Key) Issue(string subject, string[] names, string? use, string? responder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (names.Length > 0)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            Array.ForEach(names, alternatives.AddDnsName);
            alternatives.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(alternatives.Build());
        }

        if (use is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        }

        if (responder is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([responder], null));
        }

        using var leaf = request.Create(intermediate, Start, End, Serial);
        return (leaf.ExportCertificatePem() + "\n" + IntermediatePem, key.ExportPkcs8PrivateKeyPem());
    }

    // Without a first byte that would need another before it, which OpenSSL's database does not take.
    private static byte[] Serial => [0x11, .. RandomNumberGenerator.GetBytes(7)];

    private static DateTimeOffset Start { get; } = TimeProvider.System.GetUtcNow().AddHours(-1);

    private static DateTimeOffset End => Start.AddDays(20);

    private static X509Certificate2 Authority(string subject, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        if (issuer is null)
        {
            return request.CreateSelfSigned(Start, End);
        }

        using var certificate = request.Create(issuer, Start, End, Serial);
        return certificate.CopyWithPrivateKey(key);
    }
}
