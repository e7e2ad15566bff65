using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Extensibility;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Tls.Acme;
using Ingress.Proxy.Tls.OpenSsl;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls;

/// <summary>The certificates of one snapshot: those of the configuration and of the sources (ACME), and which of them answers for a server name.</summary>
internal sealed partial class CertificateStore
{
    // Names are asked for by anyone; the table of answers must not grow with them.
    private const int MostCachedNames = 4096;
    private readonly List<ServedCertificate> certificates = [];
    private readonly ConcurrentDictionary<string, ServedCertificate?> byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly IReadOnlyList<ICertificateSource> sources;
    private readonly StateStore state;
    private readonly ILogger logger;

    public CertificateStore(RuntimeConfiguration configuration, IReadOnlyList<ICertificateSource> sources, StateStore state, ILogger<CertificateStore> logger)
    {
        this.sources = sources;
        this.state = state;
        this.logger = logger;
        var found = new Dictionary<string, ServedCertificate>(StringComparer.Ordinal);
        foreach (var config in configuration.TlsCertificates)
        {
            if (Load(config) is { } loaded)
            {
                found.TryAdd(loaded.Key, loaded);
            }
        }

        foreach (var source in sources)
        {
            foreach (var offered in source.Certificates)
            {
                var stored = Stored(offered.Leaf, offered.Chain);
                found.TryAdd(stored.Key, stored);
            }
        }

        // Traefik walks its certificates in this order, so that a name's own certificate comes before a wildcard's.
        certificates.AddRange(found.Values.OrderByDescending(certificate => certificate.Key, StringComparer.Ordinal));
        Default = DefaultOf(configuration.TlsStore) ?? DefaultCertificate.Generated;
    }

    /// <summary>The certificate for names without one.</summary>
    public ServedCertificate Default { get; }

    /// <summary>All certificates but the generated default one.</summary>
    public IReadOnlyList<ServedCertificate> Certificates => certificates;

    /// <summary>The certificate for a server name: one that names it, or whose wildcard covers it; null where there is none.</summary>
    public ServedCertificate? Find(string serverName)
    {
        if (byName.TryGetValue(serverName, out var known))
        {
            return known;
        }

        ServedCertificate? match = null;
        foreach (var certificate in certificates)
        {
            if (certificate.Covers(serverName))
            {
                match = certificate;
                break;
            }
        }

        if (byName.Count < MostCachedNames)
        {
            byName[serverName] = match;
        }

        return match;
    }

    /// <summary>Whether a TLS-ALPN-01 challenge is pending for any name.</summary>
    public bool HasPendingChallenge
    {
        get
        {
            foreach (var source in sources)
            {
                if (source.HasPendingChallenge)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The answer to a TLS-ALPN-01 challenge, or null where none is pending for this name.</summary>
    public X509Certificate2? Challenge(string serverName)
    {
        foreach (var source in sources)
        {
            if (source.ChallengeCertificate(serverName) is { } certificate)
            {
                return certificate;
            }
        }

        return null;
    }

    private ServedCertificate? DefaultOf(TlsStoreConfig? store)
    {
        if (store?.DefaultCertificate is { } config)
        {
            return Load(config);
        }

        if (store?.DefaultGeneratedCert is { Domain: { } domain, Resolver.Length: > 0 } generated)
        {
            if (Named([domain.Main, .. domain.Sans]) is { } found)
            {
                return found;
            }

            LogNoGenerated(logger, generated.Resolver, ServedCertificate.KeyOf([domain.Main, .. domain.Sans]));
        }

        return null;
    }

    /// <summary>The certificate for just these names, else one that has them all among others.</summary>
    private ServedCertificate? Named(IReadOnlyList<string> wanted)
    {
        try
        {
            var names = NameSets.Normalise(wanted).Select(NameSets.InProtocol).ToList();
            var key = ServedCertificate.KeyOf(names);
            return names.Count == 0 ? null : certificates.Find(certificate => certificate.Key == key) ?? certificates.Find(certificate => certificate.HasNames(names));
        }
        catch (FormatException)
        {
            // The resolver says what is wrong with them; there is no such certificate.
            return null;
        }
    }

    private ServedCertificate? Load(TlsCertificateConfig config)
    {
        try
        {
            var pem = PemText.Read(config.CertFile);
            var leaf = X509Certificate2.CreateFromPem(pem, PemText.Read(config.KeyFile));
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(pem);
            chain.RemoveAt(0);
            return Stored(leaf, chain);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            LogUnusable(logger, PemText.Shown(config.CertFile), error.Message);
            return null;
        }
    }

    // What its authority says of a certificate outlives a reload.
    private ServedCertificate Stored(X509Certificate2 leaf, X509Certificate2Collection chain)
        => state.Get("certificate", leaf.Thumbprint, string.Join(',', chain.Select(link => link.Thumbprint)), () => new ServedCertificate(leaf, chain));

    [LoggerMessage(Level = LogLevel.Error, Message = "Unable to append certificate {Certificate} to store: {Reason}; check that certFile and keyFile name readable PEM files that belong together")]
    private static partial void LogUnusable(ILogger logger, string certificate, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Unable to find certificate for the default store: resolver {Resolver} has none for {Names} yet")]
    private static partial void LogNoGenerated(ILogger logger, string resolver, string names);
}

/// <summary>One certificate, ready for handshakes.</summary>
internal sealed class ServedCertificate(X509Certificate2 leaf, X509Certificate2Collection chain)
{
    private readonly string[] names = NamesOf(leaf);

    /// <summary>The certificate.</summary>
    public X509Certificate2 Leaf { get; } = leaf;

    /// <summary>The intermediate certificates that are sent with it.</summary>
    public X509Certificate2Collection Chain { get; } = chain;

    /// <summary>What its authority says about it (OCSP).</summary>
    public OcspStaple Staple { get; } = new();

    /// <summary>Its names, sorted and joined: certificates with the same names are the same to the store.</summary>
    public string Key { get; } = KeyOf(NamesOf(leaf));

    /// <summary>Whether one of its names is this one, or a wildcard for it.</summary>
    public bool Covers(string serverName)
    {
        var dot = serverName.IndexOf('.', StringComparison.Ordinal);
        foreach (var name in names)
        {
            if (string.Equals(name, serverName, StringComparison.OrdinalIgnoreCase)
                || (dot > 0 && name.StartsWith("*.", StringComparison.Ordinal) && name.AsSpan(1).Equals(serverName.AsSpan(dot), StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether all these are among its names.</summary>
    public bool HasNames(IReadOnlyList<string> wanted) => wanted.All(names.Contains);

    /// <summary>Names as one text.</summary>
    public static string KeyOf(IEnumerable<string> names) => string.Join(',', names.Where(name => name.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    /// <summary>Common name, DNS names and addresses of a certificate, lower case.</summary>
    public static string[] NamesOf(X509Certificate2 certificate)
    {
        var names = new List<string>();
        if (certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) is { Length: > 0 } common && certificate.SubjectName.Name.Contains("CN=", StringComparison.Ordinal))
        {
            names.Add(common.ToLowerInvariant());
        }

        if (certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is { } alternatives)
        {
            names.AddRange(alternatives.EnumerateDnsNames().Select(name => name.ToLowerInvariant()));
            names.AddRange(alternatives.EnumerateIPAddresses().Select(address => address.ToString()));
        }

        return [.. names.Distinct(StringComparer.Ordinal)];
    }
}
