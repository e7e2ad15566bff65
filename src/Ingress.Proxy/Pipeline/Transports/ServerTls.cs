using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Configuration.DynamicModel;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>TLS to servers as a transport's configuration asks for it.</summary>
internal sealed class ServerTls
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private readonly string serverName = "";
    private readonly bool skipVerify;
    private readonly string peerUri = "";
    private readonly bool allowsHttp2 = true;
    private readonly bool refusesAll;
    private readonly SslProtocols protocols = SslProtocols.Tls12 | SslProtocols.Tls13;
    private readonly CipherSuitesPolicy? cipherSuites;
    private readonly X509ChainPolicy? chainPolicy;
    private readonly X509Certificate2Collection clientCertificates = [];
    private readonly SslStreamCertificateContext? clientContext;

    private ServerTls()
    {
    }

    private ServerTls(ServersTransportConfig config, Action<string> onFault)
    {
        serverName = config.ServerName;
        skipVerify = config.InsecureSkipVerify;
        peerUri = config.PeerCertUri;
        allowsHttp2 = !config.DisableHttp2;

        // Without a SPIFFE workload API there is no identity to trust or to show.
        refusesAll = config.Spiffe is not null;
        protocols = TlsNames.Protocols(config.MinVersion, config.MaxVersion);
        cipherSuites = TlsNames.CipherSuites(config.CipherSuites);
        chainPolicy = config.RootCas.Count == 0 ? null : TrustOnly(config.RootCas, onFault);
        foreach (var pair in config.Certificates)
        {
            if (PemFiles.TryReadPair(pair.CertFile, pair.KeyFile, out var certificate, out var chain, out var fault))
            {
                clientCertificates.Add(certificate);
                clientContext ??= SslStreamCertificateContext.Create(certificate, chain, offline: true);
            }
            else
            {
                onFault(fault);
            }
        }
    }

    /// <summary>No settings of one's own.</summary>
    public static ServerTls Default { get; } = new();

    /// <summary>Reads the settings. Throws a configuration exception where they are unusable as a whole; lesser faults go to <paramref name="onFault"/>.</summary>
    public static ServerTls Create(ServersTransportConfig config, Action<string> onFault) => new(config, onFault);

    /// <summary>Speaks TLS on a new connection.</summary>
    public async ValueTask<SslStream> HandshakeAsync(Stream connection, string host, bool http2, CancellationToken cancellation)
    {
        var stream = new SslStream(connection, leaveInnerStreamOpen: false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(HandshakeTimeout);
        var options = OptionsFor(host, http2, out var verification);
        try
        {
            await stream.AuthenticateAsClientAsync(options, limit.Token).ConfigureAwait(false);
            return stream;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw new TimeoutException($"no TLS handshake within {HandshakeTimeout.TotalSeconds:0} s");
        }
        catch (AuthenticationException) when (verification.Fault is not null)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw new UntrustedServerException(verification.Fault);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The options for one handshake, and where its verification will leave its verdict.</summary>
    public SslClientAuthenticationOptions OptionsFor(string? host, bool http2, out CertificateVerdict verification)
    {
        var verdict = new CertificateVerdict();
        verification = verdict;
        return new SslClientAuthenticationOptions
        {
            TargetHost = serverName.Length > 0 ? serverName : host,
            EnabledSslProtocols = protocols,
            CipherSuitesPolicy = cipherSuites,
            CertificateChainPolicy = chainPolicy?.Clone(),
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            ClientCertificates = clientCertificates.Count > 0 ? clientCertificates : null,
            ClientCertificateContext = clientContext,
            ApplicationProtocols = http2 && allowsHttp2 ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http11],
            RemoteCertificateValidationCallback = (_, certificate, _, errors) => Verify(verdict, certificate as X509Certificate2, errors),
        };
    }

    private bool Verify(CertificateVerdict verdict, X509Certificate2? certificate, SslPolicyErrors errors)
    {
        if (refusesAll)
        {
            verdict.Fault = "the transport asks for SPIFFE, and no workload API is configured";
        }
        else if (errors != SslPolicyErrors.None && !skipVerify)
        {
            verdict.Fault = $"the server's certificate is not trusted: {Describe(errors, certificate)}";
        }
        else if (peerUri.Length > 0 && !skipVerify && !HasUri(certificate, peerUri))
        {
            verdict.Fault = $"the server's certificate lacks the URI {peerUri} (peerCertURI)";
        }

        return verdict.Fault is null;
    }

    private static string Describe(SslPolicyErrors errors, X509Certificate2? certificate)
    {
        if (certificate is null)
        {
            return "it sent none";
        }

        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? $"it is for other names ({certificate.Subject})"
            : $"its issuer is unknown, or it is out of date ({certificate.Subject}, issued by {certificate.Issuer}, valid until {certificate.NotAfter.ToUniversalTime():u})";
    }

    private static bool HasUri(X509Certificate2? certificate, string uri)
    {
        const string SubjectAlternativeName = "2.5.29.17";
        foreach (var extension in certificate?.Extensions ?? [])
        {
            if (extension.Oid?.Value == SubjectAlternativeName && SubjectUris.Contains(extension.RawData, uri))
            {
                return true;
            }
        }

        return false;
    }

    private static X509ChainPolicy TrustOnly(IReadOnlyList<string> roots, Action<string> onFault)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        foreach (var root in roots)
        {
            try
            {
                policy.CustomTrustStore.ImportFromPem(PemFiles.Read(root));
            }
            catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
            {
                onFault($"rootCAs: {PemFiles.Label(root)}: {fault.Message}");
            }
        }

        return policy;
    }
}

/// <summary>What the check of a server's certificate came to.</summary>
internal sealed class CertificateVerdict
{
    /// <summary>Why it was refused; null where it was not.</summary>
    public string? Fault { get; set; }
}

/// <summary>The server's certificate was refused by this side.</summary>
internal sealed class UntrustedServerException(string message) : Exception(message);
