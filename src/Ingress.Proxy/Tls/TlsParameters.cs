using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Tls.Acme.Challenges;

namespace Ingress.Proxy.Tls;

/// <summary>Named TLS options, checked and in the framework's terms.</summary>
internal sealed class TlsParameters
{
    private readonly TlsOptionsConfig config;
    private readonly SslProtocols protocols;
    private readonly CipherSuitesPolicy? cipherSuites;
    private readonly List<SslApplicationProtocol> applicationProtocols;
    private readonly ClientCertificates clientCertificates;

    /// <exception cref="ConfigurationException">A cipher suite, curve or authority that cannot be had.</exception>
    public TlsParameters(string name, TlsOptionsConfig config)
    {
        Name = name;
        this.config = config;
        protocols = TlsNames.Protocols(config.MinVersion, config.MaxVersion, SslProtocols.Tls12);
        cipherSuites = config.CipherSuites.Count == 0 ? null : TlsNames.CipherPolicy(config.CipherSuites);
        TlsNames.CheckCurves(config.CurvePreferences);
        // Challenges are answered before the handshake gets here; a client that speaks nothing else has to be refused.
        applicationProtocols = [.. config.AlpnProtocols.Where(protocol => protocol != TlsAlpn01Challenge.Protocol).Select(protocol => new SslApplicationProtocol(protocol))];
        clientCertificates = new ClientCertificates(config.ClientAuth);
    }

    /// <summary>The options' name, <c>default</c> or qualified.</summary>
    public string Name { get; }

    /// <summary>Whether a name without a certificate is refused.</summary>
    public bool SniStrict => config.SniStrict;

    /// <summary>The framework's options for one certificate.</summary>
    public SslServerAuthenticationOptions ForCertificate(ServedCertificate certificate) => new()
    {
        ServerCertificateContext = certificate.Context,
        EnabledSslProtocols = protocols,
        CipherSuitesPolicy = cipherSuites,
        ApplicationProtocols = applicationProtocols,
        ClientCertificateRequired = clientCertificates.AreAsked,
        RemoteCertificateValidationCallback = clientCertificates.AreAsked ? clientCertificates.Accept : null,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        AllowRenegotiation = false,
        AllowTlsResume = !config.DisableSessionTickets,
    };

    /// <summary>What is asked of the client (<c>clientAuth</c>).</summary>
    private sealed class ClientCertificates
    {
        private readonly bool mustBeGiven;
        private readonly bool mustBeTrusted;
        private readonly X509Certificate2Collection authorities = [];

        public ClientCertificates(TlsClientAuthConfig? config)
        {
            if (config is null)
            {
                return;
            }

            foreach (var file in config.CaFiles)
            {
                try
                {
                    authorities.ImportFromPem(PemText.Read(file));
                }
                catch (CryptographicException error)
                {
                    throw new ConfigurationException($"invalid certificate(s) in {PemText.Shown(file)}: {error.Message}", error);
                }
            }

            if (config.CaFiles.Count > 0 && authorities.Count == 0)
            {
                throw new ConfigurationException("invalid certificate(s) content");
            }

            var type = config.ClientAuthType.Length > 0 ? config.ClientAuthType : authorities.Count > 0 ? "RequireAndVerifyClientCert" : "NoClientCert";
            (AreAsked, mustBeGiven, mustBeTrusted) = type switch
            {
                "NoClientCert" => (false, false, false),
                "RequestClientCert" => (true, false, false),
                "RequireAnyClientCert" => (true, true, false),
                "VerifyClientCertIfGiven" => (true, false, true),
                "RequireAndVerifyClientCert" => (true, true, true),
                _ => throw new ConfigurationException($"unknown client auth type \"{type}\""),
            };
            if (mustBeTrusted && authorities.Count == 0)
            {
                throw new ConfigurationException($"invalid clientAuthType: {type}, CAFiles is required");
            }
        }

        public bool AreAsked { get; }

        public bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            if (certificate is null)
            {
                return !mustBeGiven;
            }

            if (!mustBeTrusted)
            {
                return true;
            }

            using var check = new X509Chain();
            check.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            check.ChainPolicy.CustomTrustStore.AddRange(authorities);
            check.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            check.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
            if (chain is not null)
            {
                check.ChainPolicy.ExtraStore.AddRange(chain.ChainElements.Select(element => element.Certificate).ToArray());
            }

            return check.Build((X509Certificate2)certificate);
        }
    }
}
