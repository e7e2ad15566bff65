using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Tls.Acme.Challenges;
using Ingress.Proxy.Tls.OpenSsl;

namespace Ingress.Proxy.Tls;

/// <summary>Named TLS options, checked and ready for handshakes.</summary>
internal sealed class TlsParameters
{
    private readonly TlsSettings settings;

    /// <exception cref="ConfigurationException">A cipher suite, curve or authority that cannot be had.</exception>
    public TlsParameters(string name, TlsOptionsConfig config)
    {
        Name = name;
        SniStrict = config.SniStrict;
        var ciphers = config.CipherSuites.Count == 0 ? TlsNames.DefaultCipherList : TlsNames.CipherList(config.CipherSuites);
        var lowest = TlsNames.Version(config.MinVersion) ?? TlsSettings.Version12;
        settings = new TlsSettings
        {
            MinVersion = ciphers.Length > 0 ? lowest : TlsSettings.Version13,
            MaxVersion = TlsNames.Version(config.MaxVersion) ?? TlsSettings.Version13,
            CipherList = ciphers,
            Groups = TlsGroups.ListOf(config.CurvePreferences),
            // Challenges are answered before the handshake gets here; a client that speaks nothing else has to be refused.
            ApplicationProtocols = [.. config.AlpnProtocols.Where(protocol => protocol.Length > 0 && protocol != TlsAlpn01Challenge.Protocol).Select(ProtocolBytes)],
            AllowTickets = !config.DisableSessionTickets,
            Client = DemandOf(config.ClientAuth),
        };
    }

    /// <summary>The options' name, <c>default</c> or qualified.</summary>
    public string Name { get; }

    /// <summary>Whether a name without a certificate is refused.</summary>
    public bool SniStrict { get; }

    /// <summary>What handshakes need with one certificate.</summary>
    public TlsContext ContextFor(ServedCertificate certificate) => new(settings, certificate);

    private static byte[] ProtocolBytes(string protocol)
    {
        var bytes = Encoding.Latin1.GetBytes(protocol);
        return bytes.Length <= byte.MaxValue ? bytes : throw new ConfigurationException($"alpnProtocols: \"{protocol}\" is longer than the 255 bytes that a protocol's name may have");
    }

    private static ClientCertificateDemand? DemandOf(TlsClientAuthConfig? config)
    {
        if (config is null)
        {
            return null;
        }

        var imported = new X509Certificate2Collection();
        foreach (var file in config.CaFiles)
        {
            try
            {
                imported.ImportFromPem(PemText.Read(file));
            }
            catch (CryptographicException error)
            {
                throw new ConfigurationException($"invalid certificate(s) in {PemText.Shown(file)}: {error.Message}", error);
            }
        }

        X509Certificate2[] authorities = [.. imported];
        if (config.CaFiles.Count > 0 && authorities.Length == 0)
        {
            throw new ConfigurationException("invalid certificate(s) content");
        }

        var type = config.ClientAuthType.Length > 0 ? config.ClientAuthType : authorities.Length > 0 ? "RequireAndVerifyClientCert" : "NoClientCert";
        ClientCertificateDemand? demand = type switch
        {
            "NoClientCert" => null,
            "RequestClientCert" => new(MustBeGiven: false, MustBeTrusted: false, authorities),
            "RequireAnyClientCert" => new(MustBeGiven: true, MustBeTrusted: false, authorities),
            "VerifyClientCertIfGiven" => new(MustBeGiven: false, MustBeTrusted: true, authorities),
            "RequireAndVerifyClientCert" => new(MustBeGiven: true, MustBeTrusted: true, authorities),
            _ => throw new ConfigurationException($"unknown client auth type \"{type}\""),
        };
        return demand is { MustBeTrusted: true, Authorities.Count: 0 } ? throw new ConfigurationException($"invalid clientAuthType: {type}, CAFiles is required") : demand;
    }
}
