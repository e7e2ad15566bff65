using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Tls.Acme;

/// <summary>A source of certificates by the ACME protocol (RFC 8555): Traefik's <c>certificatesResolvers.&lt;name&gt;.acme</c>.</summary>
[AllowEmpty]
public sealed record AcmeOptions
{
    /// <summary>The mail address of the account; empty registers without one. Default: empty. Traefik: <c>email</c>.</summary>
    public string Email { get; init; } = "";

    /// <summary>The directory URL of the certificate authority, https only. Default: Let's Encrypt production. Traefik: <c>caServer</c>.</summary>
    public string CaServer { get; init; } = "https://acme-v02.api.letsencrypt.org/directory";

    /// <summary>The common name of an issuer; where the authority offers several chains, the one that contains it is taken. Default: none. Traefik: <c>preferredChain</c>.</summary>
    public string PreferredChain { get; init; } = "";

    /// <summary>The certificate profile asked for, such as <c>shortlived</c>. Default: the authority's own. Traefik: <c>profile</c>.</summary>
    public string Profile { get; init; } = "";

    /// <summary>Mail addresses put into the certificate request. Default: none. Traefik: <c>emailAddresses</c>.</summary>
    public IReadOnlyList<string> EmailAddresses { get; init; } = [];

    /// <summary>Leaves the common name out of the certificate request. Default: false. Traefik: <c>disableCommonName</c>.</summary>
    public bool DisableCommonName { get; init; }

    /// <summary>The file that keeps account and certificates; it must be readable by its owner only. Default: <c>acme.json</c>. Traefik: <c>storage</c>.</summary>
    public string Storage { get; init; } = "acme.json";

    /// <summary>The key of a new certificate: EC256, EC384, RSA2048, RSA4096 or RSA8192. Default: RSA4096. Traefik: <c>keyType</c>.</summary>
    public string KeyType { get; init; } = "RSA4096";

    /// <summary>Binds the account to one at the authority that exists already. Default: none. Traefik: <c>eab</c>.</summary>
    public AcmeEabOptions? Eab { get; init; }

    /// <summary>How long the authority's certificates live, in hours, at least 1. The time of renewal follows from each certificate itself. Default: 2160. Traefik: <c>certificatesDuration</c>.</summary>
    public int CertificatesDuration { get; init; } = 2160;

    /// <summary>The longest a request to the authority may take. Default: 2m. Traefik: <c>clientTimeout</c>.</summary>
    public GoDuration ClientTimeout { get; init; } = GoDuration.FromSeconds(120);

    /// <summary>The longest wait for the authority's answer to begin. Default: 30s. Traefik: <c>clientResponseHeaderTimeout</c>.</summary>
    public GoDuration ClientResponseHeaderTimeout { get; init; } = GoDuration.FromSeconds(30);

    /// <summary>The longest wait for a certificate after its request was accepted. Default: 30s. Traefik: <c>certificateTimeout</c>.</summary>
    public GoDuration CertificateTimeout { get; init; } = GoDuration.FromSeconds(30);

    /// <summary>Certificates (files or PEM text) that the authority's own server is trusted by. Default: those of the system. Traefik: <c>caCertificates</c>.</summary>
    public IReadOnlyList<string> CaCertificates { get; init; } = [];

    /// <summary>Trusts the system's certificates beside <see cref="CaCertificates"/>. Default: false. Traefik: <c>caSystemCertPool</c>.</summary>
    public bool CaSystemCertPool { get; init; }

    /// <summary>The name that the certificate of the authority's server must be for. Default: the host of <see cref="CaServer"/>. Traefik: <c>caServerName</c>.</summary>
    public string CaServerName { get; init; } = "";

    /// <summary>Proves control of a name by a file on port 80. Default: off. Traefik: <c>httpChallenge</c>.</summary>
    public AcmeHttpChallengeOptions? HttpChallenge { get; init; }

    /// <summary>Proves control of a name inside a TLS handshake on port 443. Default: off. Traefik: <c>tlsChallenge</c>.</summary>
    public AcmeTlsChallengeOptions? TlsChallenge { get; init; }

    /// <summary>Proves control of a name by a DNS record; the only way to a wildcard. Default: off. Traefik: <c>dnsChallenge</c>.</summary>
    public AcmeDnsChallengeOptions? DnsChallenge { get; init; }
}

/// <summary>External account binding (RFC 8555, section 7.3.4).</summary>
public sealed record AcmeEabOptions
{
    /// <summary>The key identifier that the authority gave. Default: empty. Traefik: <c>eab.kid</c>.</summary>
    public string Kid { get; init; } = "";

    /// <summary>The key that the authority gave, in base64url. A secret. Default: empty. Traefik: <c>eab.hmacEncoded</c>.</summary>
    [Secret]
    public string HmacEncoded { get; init; } = "";

    /// <summary>The key identifier only: the key itself must not reach a log.</summary>
    public override string ToString() => $"AcmeEabOptions {{ Kid = {Kid} }}";
}

/// <summary>The HTTP-01 challenge.</summary>
[AllowEmpty]
public sealed record AcmeHttpChallengeOptions
{
    /// <summary>The entry point that the authority reaches as port 80. Default: empty. Traefik: <c>httpChallenge.entryPoint</c>.</summary>
    public string EntryPoint { get; init; } = "";

    /// <summary>How long to wait before the authority is asked to look. Default: 0s. Traefik: <c>httpChallenge.delay</c>.</summary>
    public GoDuration Delay { get; init; }
}

/// <summary>The TLS-ALPN-01 challenge.</summary>
[AllowEmpty]
public sealed record AcmeTlsChallengeOptions
{
    /// <summary>How long to wait before the authority is asked to look. Default: 0s. Traefik: <c>tlsChallenge.delay</c>.</summary>
    public GoDuration Delay { get; init; }
}

/// <summary>The DNS-01 challenge.</summary>
[AllowEmpty]
public sealed record AcmeDnsChallengeOptions
{
    /// <summary>The code of the DNS provider, such as <c>cloudflare</c>; its credentials come from the environment. Default: empty. Traefik: <c>dnsChallenge.provider</c>.</summary>
    public string Provider { get; init; } = "";

    /// <summary>Name servers (<c>host:port</c>) that are asked about zones and records. Default: those of the system. Traefik: <c>dnsChallenge.resolvers</c>.</summary>
    public IReadOnlyList<string> Resolvers { get; init; } = [];

    /// <summary>How to find out that a record has spread. Default: see there. Traefik: <c>dnsChallenge.propagation</c>.</summary>
    public AcmeDnsPropagationOptions? Propagation { get; init; }

    /// <summary>Deprecated form of <c>propagation.disableChecks</c>. Default: false. Traefik: <c>dnsChallenge.disablePropagationCheck</c>.</summary>
    public bool DisablePropagationCheck { get; init; }

    /// <summary>Deprecated form of <c>propagation.delayBeforeChecks</c>. Default: 0s. Traefik: <c>dnsChallenge.delayBeforeCheck</c>.</summary>
    public GoDuration DelayBeforeCheck { get; init; }
}

/// <summary>How the spreading of a DNS record is watched.</summary>
[AllowEmpty]
public sealed record AcmeDnsPropagationOptions
{
    /// <summary>Does not look for the record, only waits. Default: false. Traefik: <c>propagation.disableChecks</c>.</summary>
    public bool DisableChecks { get; init; }

    /// <summary>Does not ask the zone's own name servers. Default: false. Traefik: <c>propagation.disableANSChecks</c>.</summary>
    public bool DisableANSChecks { get; init; }

    /// <summary>Every one of <c>resolvers</c> must see the record. Default: false. Traefik: <c>propagation.requireAllRNS</c>.</summary>
    public bool RequireAllRNS { get; init; }

    /// <summary>How long to wait before the first look. Default: 0s. Traefik: <c>propagation.delayBeforeChecks</c>.</summary>
    public GoDuration DelayBeforeChecks { get; init; }
}
