using System.Security.Cryptography.X509Certificates;

namespace Ingress.Proxy.Tls.Acme;

/// <summary>How things stand with the certificate of one set of names.</summary>
internal sealed record AcmeNameStatus
{
    /// <summary>The resolver's name; empty for a certificate of the user's own.</summary>
    public required string Resolver { get; init; }

    /// <summary>The first name.</summary>
    public required string Main { get; init; }

    /// <summary>The further names.</summary>
    public required IReadOnlyList<string> Sans { get; init; }

    /// <summary><c>waiting</c>, <c>ordering</c>, <c>valid</c>, <c>renewing</c>, <c>failing</c> (a certificate is in use), <c>failed</c> (there is none) or <c>expired</c>.</summary>
    public required string State { get; init; }

    /// <summary>What asks for it; empty where nothing does any more.</summary>
    public string Because { get; init; } = "";

    /// <summary>The last problem in words, empty when the last try succeeded.</summary>
    public string Problem { get; init; } = "";

    /// <summary>What the operator can do about it, or what was found before the first order.</summary>
    public string Advice { get; init; } = "";

    /// <summary>Failures in a row.</summary>
    public int Failures { get; init; }

    /// <summary>When the authority is asked next, where that is planned.</summary>
    public DateTimeOffset? NextTry { get; init; }

    /// <summary>When the certificate in use ends.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>When it is to be renewed.</summary>
    public DateTimeOffset? RenewAt { get; init; }

    /// <summary>Who issued the certificate in use.</summary>
    public string Issuer { get; init; } = "";

    /// <summary>The status of a certificate that no resolver looks after.</summary>
    public static AcmeNameStatus Of(X509Certificate2 certificate, DateTimeOffset now)
    {
        var names = ServedCertificate.NamesOf(certificate);
        return new AcmeNameStatus
        {
            Resolver = "",
            Main = names.FirstOrDefault(""),
            Sans = [.. names.Skip(1)],
            State = certificate.NotAfter.ToUniversalTime() > now ? "valid" : "expired",
            NotAfter = certificate.NotAfter.ToUniversalTime(),
            Issuer = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true),
        };
    }
}

/// <summary>Something about a certificate that an operator should hear of.</summary>
/// <param name="Kind"><c>failed</c>, <c>recovered</c>, <c>expiring</c>, <c>expired</c> or <c>storage</c>.</param>
/// <param name="Resolver">The resolver's name.</param>
/// <param name="Subject">The first name of the certificate, or the storage file.</param>
/// <param name="Text">What happened, in a sentence.</param>
/// <param name="At">When.</param>
internal sealed record AcmeAlert(string Kind, string Resolver, string Subject, string Text, DateTimeOffset At);
