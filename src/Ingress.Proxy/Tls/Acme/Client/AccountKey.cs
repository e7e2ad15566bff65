using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Ingress.Proxy.Tls.Acme.Client;

/// <summary>
/// The key that signs what an account says. Traefik always makes RSA 4096 and keeps it as PKCS#1; EC keys and PKCS#8 are read too, so that an
/// account made elsewhere can move in.
/// </summary>
internal sealed class AccountKey : IDisposable
{
    private const int NewKeyBits = 4096;

    private readonly Lock signing = new();
    private readonly RSA? rsa;
    private readonly ECDsa? ec;

    private AccountKey(RSA? rsa, ECDsa? ec)
    {
        this.rsa = rsa;
        this.ec = ec;
        Jwk = rsa is null ? EllipticJwk(ec!) : RsaJwk(rsa);
        Thumbprint = Base64Url.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(Jwk)));
    }

    /// <summary>The public key as JSON Web Key, members in the order that RFC 7638 hashes.</summary>
    public string Jwk { get; }

    /// <summary>The hash of the public key (RFC 7638), the second half of every key authorization.</summary>
    public string Thumbprint { get; }

    public string Algorithm => rsa is not null ? "RS256" : ec!.KeySize == 384 ? "ES384" : "ES256";

    public static AccountKey Create() => new(RSA.Create(NewKeyBits), null);

    public static AccountKey CreateElliptic() => new(null, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads DER as PKCS#1, PKCS#8 or SEC 1.</summary>
    /// <exception cref="CryptographicException">It is none of them.</exception>
    public static AccountKey Import(ReadOnlySpan<byte> der)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportRSAPrivateKey(der, out _);
            return new AccountKey(rsa, null);
        }
        catch (CryptographicException)
        {
            // Not PKCS#1: the other forms are tried below.
            rsa.Dispose();
        }

        return ImportOther(der);
    }

    private static AccountKey ImportOther(ReadOnlySpan<byte> der)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportPkcs8PrivateKey(der, out _);
            return new AccountKey(rsa, null);
        }
        catch (CryptographicException)
        {
            // Not RSA: only an elliptic key is left.
            rsa.Dispose();
        }

        var ec = ECDsa.Create();
        try
        {
            ec.ImportECPrivateKey(der, out _);
        }
        catch (CryptographicException)
        {
            ec.ImportPkcs8PrivateKey(der, out _);
        }

        return new AccountKey(null, ec);
    }

    /// <summary>The private key as DER, as acme.json keeps it.</summary>
    public byte[] Export() => rsa is not null ? rsa.ExportRSAPrivateKey() : ec!.ExportECPrivateKey();

    public byte[] Sign(byte[] data)
    {
        lock (signing)
        {
            return rsa is not null
                ? rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                : ec!.SignData(data, ec.KeySize == 384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256);
        }
    }

    public JsonNode JwkNode() => JsonNode.Parse(Jwk)!;

    public void Dispose()
    {
        rsa?.Dispose();
        ec?.Dispose();
    }

    private static string RsaJwk(RSA rsa)
    {
        var key = rsa.ExportParameters(false);
        return $$"""{"e":"{{Base64Url.Encode(key.Exponent)}}","kty":"RSA","n":"{{Base64Url.Encode(key.Modulus)}}"}""";
    }

    private static string EllipticJwk(ECDsa ec)
    {
        var key = ec.ExportParameters(false);
        return $$"""{"crv":"P-{{ec.KeySize}}","kty":"EC","x":"{{Base64Url.Encode(key.Q.X)}}","y":"{{Base64Url.Encode(key.Q.Y)}}"}""";
    }
}
