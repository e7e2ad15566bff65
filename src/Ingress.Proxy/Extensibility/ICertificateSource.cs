using System.Security.Cryptography.X509Certificates;

namespace Ingress.Proxy.Extensibility;

/// <summary>Offers certificates to the TLS store, beside those of the configuration; ACME resolvers are such sources.</summary>
public interface ICertificateSource
{
    /// <summary>The name that shows where a certificate came from, such as <c>le.acme</c>.</summary>
    string Name { get; }

    /// <summary>The certificates on offer now, each with its private key and its chain. A new list replaces the old one; lists are never edited.</summary>
    IReadOnlyList<OfferedCertificate> Certificates { get; }

    /// <summary>Raised after <see cref="Certificates"/> has changed.</summary>
    event Action? Changed;

    /// <summary>Whether an authority is expected to ask for a <see cref="ChallengeCertificate"/> now; asked at every connection. Default: false.</summary>
    bool HasPendingChallenge => false;

    /// <summary>The answer to a TLS-ALPN-01 challenge (RFC 8737) for this name, or null where none is pending. Default: none.</summary>
    X509Certificate2? ChallengeCertificate(string serverName) => null;
}

/// <summary>A certificate with its private key and the chain to send with it.</summary>
/// <param name="Leaf">The certificate, with its private key.</param>
/// <param name="Chain">The intermediate certificates, nearest to the leaf first.</param>
public sealed record OfferedCertificate(X509Certificate2 Leaf, X509Certificate2Collection Chain);
