using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Tls.Acme.Challenges;

/// <summary>TLS-ALPN-01 (RFC 8737): the proof is a certificate shown to a client that speaks <c>acme-tls/1</c>.</summary>
internal sealed class TlsAlpn01Challenge(GoDuration delay, TimeProvider time) : IChallenge
{
    /// <summary>The application protocol by which the authority announces itself.</summary>
    public const string Protocol = "acme-tls/1";

    private const string AcmeIdentifier = "1.3.6.1.5.5.7.1.31";

    private readonly ConcurrentDictionary<string, X509Certificate2> pending = new(StringComparer.OrdinalIgnoreCase);

    public string Type => "tls-alpn-01";

    public bool OneAtATime => false;

    /// <summary>Whether the authority is expected.</summary>
    public bool IsPending => !pending.IsEmpty;

    /// <summary>The certificate to show for this server name, or null where no challenge is pending.</summary>
    public X509Certificate2? Find(string serverName) => pending.IsEmpty ? null : pending.GetValueOrDefault(serverName);

    public Task PresentAsync(ChallengeSubject subject, CancellationToken cancellation)
    {
        pending[subject.Name] = Build(subject);
        return Task.CompletedTask;
    }

    public Task SettleAsync(ChallengeSubject subject, CancellationToken cancellation) => Task.Delay(delay.ToTimeSpan(), time, cancellation);

    public Task CleanUpAsync(ChallengeSubject subject, CancellationToken cancellation)
    {
        // A handshake may still use the certificate, so it is left to the collector.
        pending.TryRemove(subject.Name, out _);
        return Task.CompletedTask;
    }

    private X509Certificate2 Build(ChallengeSubject subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=ACME challenge", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(subject.Name);
        request.CertificateExtensions.Add(names.Build());
        var value = new AsnWriter(AsnEncodingRules.DER);
        value.WriteOctetString(SHA256.HashData(Encoding.ASCII.GetBytes(subject.KeyAuthorization)));
        request.CertificateExtensions.Add(new X509Extension(AcmeIdentifier, value.Encode(), critical: true));
        var now = time.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(7));
    }
}
