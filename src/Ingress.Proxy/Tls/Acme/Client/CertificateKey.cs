using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ingress.Proxy.Tls.Acme.Client;

/// <summary>The key of a certificate, and the request (PKCS#10) that it signs.</summary>
internal sealed class CertificateKey : IDisposable
{
    private const int LongestCommonName = 64;

    private readonly AsymmetricAlgorithm key;

    private CertificateKey(AsymmetricAlgorithm key) => this.key = key;

    /// <summary>The key types that <c>keyType</c> may name.</summary>
    public static bool IsKnown(string keyType) => keyType.ToUpperInvariant() is "EC256" or "EC384" or "RSA2048" or "RSA4096" or "RSA8192";

    /// <summary>A new key; an unknown type gives RSA 4096 as in Traefik.</summary>
    public static CertificateKey Create(string keyType) => new(keyType.ToUpperInvariant() switch
    {
        "EC256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        "EC384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        "RSA2048" => RSA.Create(2048),
        "RSA8192" => RSA.Create(8192),
        _ => RSA.Create(4096),
    });

    /// <summary>Reads a private key in any of the PEM forms that acme.json files hold.</summary>
    /// <exception cref="CryptographicException">It is none of them.</exception>
    public static CertificateKey Import(string pem)
    {
        if (!pem.Contains("-----BEGIN EC PRIVATE KEY", StringComparison.Ordinal))
        {
            var rsa = RSA.Create();
            try
            {
                rsa.ImportFromPem(pem);
                return new CertificateKey(rsa);
            }
            catch (Exception failure) when (failure is CryptographicException or ArgumentException)
            {
                // Not RSA: an elliptic key is tried next.
                rsa.Dispose();
            }
        }

        var ec = ECDsa.Create();
        try
        {
            ec.ImportFromPem(pem);
        }
        catch (ArgumentException failure)
        {
            throw new CryptographicException("the private key is neither RSA nor EC in PEM", failure);
        }

        return new CertificateKey(ec);
    }

    /// <summary>The key as PEM, PKCS#8, with the closing line break that Go writes.</summary>
    public string ExportPem() => PemEncoding.WriteString("PRIVATE KEY", key.ExportPkcs8PrivateKey()) + "\n";

    public X509Certificate2 Join(X509Certificate2 certificate) =>
        key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)key);

    /// <summary>The certificate request for these names, the first one being the common name.</summary>
    public byte[] Request(IReadOnlyList<string> names, bool commonName, IReadOnlyList<string> emailAddresses)
    {
        var subject = new X500DistinguishedNameBuilder();
        if (commonName && names[0].Length <= LongestCommonName)
        {
            subject.AddCommonName(names[0]);
        }

        var request = key is RSA rsa
            ? new CertificateRequest(subject.Build(), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject.Build(), (ECDsa)key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            alternatives.AddDnsName(name);
        }

        foreach (var address in emailAddresses)
        {
            alternatives.AddEmailAddress(address);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        return request.CreateSigningRequest();
    }

    public void Dispose() => key.Dispose();
}
