using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Ingress.Proxy.Tls.OpenSsl;

/// <summary>TLS options in OpenSSL's terms.</summary>
internal sealed record TlsSettings
{
    public const int Version12 = 0x0303;
    public const int Version13 = 0x0304;

    /// <summary>The suites of TLS 1.3, which nobody can choose, as in Go. The shorter key costs less and is no weaker in practice.</summary>
    public const string Suites13 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

    /// <summary>The lowest version's number on the wire.</summary>
    public required int MinVersion { get; init; }

    /// <summary>The highest version's number on the wire.</summary>
    public required int MaxVersion { get; init; }

    /// <summary>The suites of TLS 1.2 and lower; empty leaves none, so only TLS 1.3 is spoken.</summary>
    public required string CipherList { get; init; }

    /// <summary>The groups for the key exchange, in order.</summary>
    public required string Groups { get; init; }

    /// <summary>The application protocols, in order; none means that ALPN is ignored.</summary>
    public required IReadOnlyList<byte[]> ApplicationProtocols { get; init; }

    /// <summary>Whether clients get session tickets.</summary>
    public required bool AllowTickets { get; init; }

    /// <summary>What is asked of the client; null where nothing is.</summary>
    public required ClientCertificateDemand? Client { get; init; }

    /// <summary>Stands in every ticket: a session is resumed only where the options that made it are the same in all that matters.</summary>
    public byte[] SessionContext => field ??= ContextOf();

    private byte[] ContextOf()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{MinVersion} {MaxVersion} {CipherList} {Groups} {Client?.MustBeGiven} {Client?.MustBeTrusted}\n"));
        foreach (var authority in Client?.Authorities ?? [])
        {
            hash.AppendData(authority.RawData);
        }

        return hash.GetHashAndReset();
    }
}

/// <summary>What is asked of a client.</summary>
/// <param name="MustBeGiven">Whether a client without a certificate is refused.</param>
/// <param name="MustBeTrusted">Whether a certificate that none of the authorities has signed is refused.</param>
/// <param name="Authorities">The authorities that are trusted.</param>
internal sealed record ClientCertificateDemand(bool MustBeGiven, bool MustBeTrusted, IReadOnlyList<X509Certificate2> Authorities);
