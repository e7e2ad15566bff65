using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ingress.Proxy.Configuration;

namespace Ingress.Providers.DockerEngine;

/// <summary>Where an engine listens and how it is spoken to, after the options and Docker's own environment variables.</summary>
internal sealed record EngineEndpoint
{
    /// <summary>The address as it was written.</summary>
    public required string Address { get; init; }

    /// <summary>TLS, or null for clear text.</summary>
    public EngineTlsOptions? Tls { get; init; }

    /// <summary>The API version to use without asking; null: negotiated.</summary>
    public Version? ApiVersion { get; init; }

    /// <summary>The value of an Authorization header; null: none.</summary>
    public string? Authorization { get; init; }

    /// <summary>How long one question may take; infinite where there is no limit.</summary>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>An address as it is, without Docker's environment variables.</summary>
    public static EngineEndpoint At(string address, EngineTlsOptions? tls) => new()
    {
        Address = address,
        Tls = tls ?? (address.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? new EngineTlsOptions() : null),
    };

    /// <summary>Puts options and environment together; the environment wins, as it does in Traefik.</summary>
    public static EngineEndpoint From(EngineOptions options, Func<string, string?> environment)
    {
        var tls = options.Tls;
        if (environment("DOCKER_CERT_PATH") is { Length: > 0 } folder)
        {
            tls = new EngineTlsOptions
            {
                Ca = Path.Combine(folder, "ca.pem"),
                Cert = Path.Combine(folder, "cert.pem"),
                Key = Path.Combine(folder, "key.pem"),
                InsecureSkipVerify = string.IsNullOrEmpty(environment("DOCKER_TLS_VERIFY")),
            };
        }

        var address = environment("DOCKER_HOST") is { Length: > 0 } host ? host : options.Endpoint;
        return At(address, tls) with
        {
            ApiVersion = Version.TryParse(environment("DOCKER_API_VERSION")?.TrimStart('v'), out var version) ? version : null,
            Authorization = options is { Username.Length: > 0, Password.Length: > 0 }
                ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.Username}:{options.Password}"))
                : null,
            Timeout = options.HttpClientTimeout > GoDuration.Zero ? options.HttpClientTimeout.ToTimeSpan() : System.Threading.Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>The scheme of <see cref="Address"/>, and the rest after <c>://</c>.</summary>
    public (string Scheme, string Place) Split()
    {
        var end = Address.IndexOf("://", StringComparison.Ordinal);
        return end < 0 ? ("unix", Address) : (Address[..end].ToLowerInvariant(), Address[(end + 3)..]);
    }

    /// <summary>The machine that the address names; empty where it names a local socket.</summary>
    /// <exception cref="ConfigurationException">The address is none; the text begins with <paramref name="option"/>.</exception>
    public string Host(string option)
    {
        var (scheme, place) = Split();
        if (scheme is "unix" or "npipe")
        {
            return "";
        }

        return Uri.TryCreate($"{scheme}://{place}", UriKind.Absolute, out var uri) && uri.Host.Length > 0
            ? uri.Host.Trim('[', ']')
            : throw new ConfigurationException($"{option}.endpoint: \"{Address}\" names no host; write it as in tcp://192.0.2.7:2376 or ssh://user@host");
    }

    /// <summary>What TLS needs to know, or null for clear text.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate or key is none.</exception>
    public SslClientAuthenticationOptions? TlsSettings(string host)
    {
        if (Tls is null)
        {
            return null;
        }

        var settings = new SslClientAuthenticationOptions { TargetHost = host };
        if (Tls is { Cert.Length: > 0, Key.Length: > 0 })
        {
            using var certificate = X509Certificate2.CreateFromPem(Text(Tls.Cert), Text(Tls.Key));
            settings.ClientCertificates = [X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null)];
        }

        if (Tls.InsecureSkipVerify)
        {
#pragma warning disable CA5359 // Asked for by the operator.
            settings.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (Tls.Ca.Length > 0)
        {
            settings.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            settings.CertificateChainPolicy.CustomTrustStore.ImportFromPem(Text(Tls.Ca));
        }

        return settings;
    }

    private static string Text(string pathOrPem) => pathOrPem.Contains("-----BEGIN", StringComparison.Ordinal) ? pathOrPem : File.ReadAllText(pathOrPem);
}
