using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ingress.Proxy.Tls;

/// <summary>The self-signed certificate for names without one, as Traefik makes it; new in each process.</summary>
internal static class DefaultCertificate
{
    private static readonly Lazy<ServedCertificate> Lazily = new(Create);

    /// <summary>The certificate.</summary>
    public static ServedCertificate Generated => Lazily.Value;

    private static ServedCertificate Create()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=TRAEFIK DEFAULT CERT", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName($"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}.traefik.default");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DataEncipherment, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        return new ServedCertificate(request.CreateSelfSigned(now.AddMinutes(-1), now.AddYears(1)), []);
    }
}
