using System.Net.Security;
using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ingress.Proxy.Tls.Acme.Client;

/// <summary>The HTTP client for one authority: time limits, size limits, and whom its server is trusted by.</summary>
internal static class CaConnection
{
    private const int LargestAnswer = 2 * 1024 * 1024;

    public static HttpClient Open(AcmeOptions options, Func<string, string?> environment)
    {
        var policy = TrustPolicy(options, environment);
        var serverName = options.CaServerName.Length > 0 ? options.CaServerName : environment("LEGO_CA_SERVER_NAME") ?? "";
        var handler = new SocketsHttpHandler
        {
            // Signed requests go to the very URL they were signed for, so a redirect is never followed.
            AllowAutoRedirect = false,
            ConnectTimeout = options.ClientResponseHeaderTimeout.ToTimeSpan(),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
            SslOptions = { CertificateChainPolicy = policy },
        };
        if (serverName.Length > 0)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsValidFor(serverName, certificate, chain, errors);
        }

        var client = new HttpClient(new ResponseHeaderTimeout(handler, options.ClientResponseHeaderTimeout.ToTimeSpan()))
        {
            Timeout = options.ClientTimeout.ToTimeSpan() is { Ticks: > 0 } limit ? limit : Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LargestAnswer,
        };
        var version = typeof(CaConnection).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", $"ingress/{version}");
        return client;
    }

    /// <summary>The chain is judged as always; only the name is compared with another one.</summary>
    private static bool IsValidFor(string name, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None
        && chain is not null
        && certificate is X509Certificate2 leaf
        && leaf.MatchesHostname(name);

    private static X509ChainPolicy? TrustPolicy(AcmeOptions options, Func<string, string?> environment)
    {
        var sources = options.CaCertificates;
        var system = options.CaSystemCertPool;
        if (sources.Count == 0 && environment("LEGO_CA_CERTIFICATES") is { Length: > 0 } listed)
        {
            sources = listed.Split(':', StringSplitOptions.RemoveEmptyEntries);
            system = environment("LEGO_CA_SYSTEM_CERT_POOL") is "true" or "1";
        }

        if (sources.Count == 0)
        {
            return null;
        }

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        foreach (var source in sources)
        {
            policy.CustomTrustStore.AddRange(Read(source));
        }

        if (system)
        {
            using var roots = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
            policy.CustomTrustStore.AddRange(roots.Certificates);
        }

        return policy;
    }

    private static X509Certificate2Collection Read(string source)
    {
        var found = new X509Certificate2Collection();
        try
        {
            if (source.Contains("-----BEGIN", StringComparison.Ordinal))
            {
                found.ImportFromPem(source);
            }
            else
            {
                found.ImportFromPemFile(source);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new AcmeException($"caCertificates: {source.Split('\n')[0]} cannot be read as PEM certificates: {failure.Message}", failure);
        }

        return found.Count > 0 ? found : throw new AcmeException($"caCertificates: there is no certificate in {source.Split('\n')[0]}");
    }

    /// <summary>Ends a request whose answer does not begin in time, while its body may still take longer.</summary>
    private sealed class ResponseHeaderTimeout(HttpMessageHandler inner, TimeSpan limit) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (limit <= TimeSpan.Zero)
            {
                return await base.SendAsync(request, cancellationToken);
            }

            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timer.CancelAfter(limit);
            try
            {
                return await base.SendAsync(request, timer.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new HttpRequestException($"no answer began within {limit.TotalSeconds:0} s");
            }
        }
    }
}
