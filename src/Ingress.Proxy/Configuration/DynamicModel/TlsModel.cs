using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.DynamicModel;

/// <summary>A certificate and its key, each a file's path or PEM text.</summary>
public sealed record TlsCertificateConfig
{
    /// <summary>The certificate with its chain. Default: none.</summary>
    public string CertFile { get; init; } = "";

    /// <summary>The private key. Default: none.</summary>
    [Secret]
    public string KeyFile { get; init; } = "";

    /// <summary>Stores to put it in; only <c>default</c> is used. Default: <c>default</c>.</summary>
    public IReadOnlyList<string> Stores { get; init; } = [];
}

/// <summary>Named TLS options (<c>tls.options.NAME</c>).</summary>
public sealed record TlsOptionsConfig
{
    /// <summary>The lowest version, <c>VersionTLS10</c> to <c>VersionTLS13</c>. Default: TLS 1.2.</summary>
    public string MinVersion { get; init; } = "";

    /// <summary>The highest version. Default: the platform's.</summary>
    public string MaxVersion { get; init; } = "";

    /// <summary>Cipher suites by Go's names, for TLS 1.2 and lower; an unknown one breaks the options. Default: the platform's.</summary>
    public IReadOnlyList<string> CipherSuites { get; init; } = [];

    /// <summary>Curves by Go's or by OpenSSL's names. Default: the platform's.</summary>
    public IReadOnlyList<string> CurvePreferences { get; init; } = [];

    /// <summary>What is asked of the client. Default: nothing.</summary>
    public TlsClientAuthConfig? ClientAuth { get; init; }

    /// <summary>Refuses handshakes with a name for which there is no certificate. Default: false.</summary>
    public bool SniStrict { get; init; }

    /// <summary>Protocols to agree on, in order. Default: h2, http/1.1, acme-tls/1.</summary>
    [Key("alpnProtocols")]
    public IReadOnlyList<string> AlpnProtocols { get; init; } = ["h2", "http/1.1", "acme-tls/1"];

    /// <summary>Switches session tickets off. Default: false.</summary>
    public bool DisableSessionTickets { get; init; }

    /// <summary>Deprecated, without effect. Default: not given.</summary>
    public bool? PreferServerCipherSuites { get; init; }
}

/// <summary>Client certificates (<c>clientAuth</c>).</summary>
public sealed record TlsClientAuthConfig
{
    /// <summary>Authorities for client certificates, as files or PEM text. Default: none.</summary>
    public IReadOnlyList<string> CaFiles { get; init; } = [];

    /// <summary>NoClientCert, RequestClientCert, RequireAnyClientCert, VerifyClientCertIfGiven or RequireAndVerifyClientCert. Default: the first, or the last where caFiles is given.</summary>
    public string ClientAuthType { get; init; } = "";
}

/// <summary>The certificate store (<c>tls.stores.default</c>).</summary>
public sealed record TlsStoreConfig
{
    /// <summary>The certificate for names without one. Default: a self-signed one.</summary>
    public TlsCertificateConfig? DefaultCertificate { get; init; }

    /// <summary>The default certificate from a resolver. Default: none.</summary>
    public TlsGeneratedCertificateConfig? DefaultGeneratedCert { get; init; }
}

/// <summary>A default certificate that a resolver makes (<c>defaultGeneratedCert</c>).</summary>
public sealed record TlsGeneratedCertificateConfig
{
    /// <summary>The certificate resolver. Default: none.</summary>
    public string Resolver { get; init; } = "";

    /// <summary>Its names. Default: none.</summary>
    public TlsDomain? Domain { get; init; }
}
