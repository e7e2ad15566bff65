using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Ingress.Proxy.Tls.Acme.Client;

/// <summary>
/// Speaks RFC 8555 with one authority in the name of one account: directory, nonces and signed requests. What to ask for is decided elsewhere.
/// </summary>
internal sealed class AcmeClient(HttpClient http, string directoryUrl, AccountKey key, TimeProvider time)
{
    // At a refusal rate of one half, the chance to fail this often in a row is one in a million.
    private const int NonceTries = 20;
    private const int ReadTries = 3;
    private const int KeptNonces = 64;

    private static readonly TimeSpan PauseBetweenReads = TimeSpan.FromMilliseconds(400);

    private readonly ConcurrentQueue<string> nonces = new();
    private AcmeDirectory? directory;

    public AccountKey Key => key;

    public string DirectoryUrl => directoryUrl;

    /// <summary>The URL of the account, which identifies it in every request; null until it is known.</summary>
    public string? AccountUrl { get; set; }

    public async Task<AcmeDirectory> DirectoryAsync(CancellationToken cancellation)
    {
        if (directory is { } known)
        {
            return known;
        }

        AcmeJson.CheckedLink(directoryUrl, "caServer");
        try
        {
            var reply = await GetAsync(directoryUrl, cancellation);
            return directory = AcmeDirectory.Read(reply.Json());
        }
        catch (AcmeException failure)
        {
            throw new AcmeException($"get directory at '{directoryUrl}': {failure.Message}", failure) { NotBefore = failure.NotBefore, Unreachable = true };
        }
    }

    /// <summary>Forgets the directory, so that the next use asks for it again.</summary>
    public void ForgetDirectory() => directory = null;

    /// <summary>Makes the account, or finds the one that this key has already.</summary>
    public async Task<AcmeReply> RegisterAsync(string email, AcmeEabOptions? binding, CancellationToken cancellation)
    {
        var directory = await DirectoryAsync(cancellation);
        var payload = new JsonObject { ["termsOfServiceAgreed"] = true };
        if (email.Length > 0)
        {
            payload["contact"] = new JsonArray("mailto:" + email);
        }

        if (binding is { Kid.Length: > 0 })
        {
            payload["externalAccountBinding"] = JsonWebSignature.Bind(key, binding.Kid, DecodeSecret(binding), directory.NewAccount);
        }

        var reply = await SendSignedAsync(directory.NewAccount, payload, signWithKey: true, cancellation);
        AccountUrl = AcmeJson.CheckedLink(reply.Location ?? "", "Location");
        return reply;
    }

    public async Task<(AcmeOrder Order, AcmeReply Reply)> PostOrderAsync(string url, JsonNode? payload, CancellationToken cancellation)
    {
        var reply = await PostAsync(url, payload, cancellation);
        return (AcmeOrder.Read(reply.Json(), reply.Location ?? url), reply);
    }

    public async Task<(AcmeAuthorization Authorization, AcmeReply Reply)> ReadAuthorizationAsync(string url, CancellationToken cancellation)
    {
        var reply = await PostAsync(url, null, cancellation);
        return (AcmeAuthorization.Read(reply.Json(), url), reply);
    }

    /// <summary>A signed request in the account's name; without payload it only reads (POST-as-GET) and is repeated when the network fails.</summary>
    public async Task<AcmeReply> PostAsync(string url, JsonNode? payload, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await SendSignedAsync(url, payload, signWithKey: false, cancellation);
            }
            catch (AcmeException failure) when (payload is null && failure is { Unreachable: true, NotBefore: null } && attempt < ReadTries)
            {
                await Task.Delay(PauseBetweenReads * attempt, time, cancellation);
            }
        }
    }

    /// <summary>An unsigned request, as the directory and renewal information (RFC 9773) want it.</summary>
    public async Task<AcmeReply> GetAsync(string url, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        var reply = await SendAsync(request, url, cancellation);
        return reply.Succeeded ? reply : throw reply.ToException();
    }

    private async Task<AcmeReply> SendSignedAsync(string url, JsonNode? payload, bool signWithKey, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var nonce = await NonceAsync(cancellation);
            using var request = new HttpRequestMessage(HttpMethod.Post, url);
            var body = JsonWebSignature.Sign(key, signWithKey ? null : AccountUrl, nonce, url, payload);
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/jose+json");
            var reply = await SendAsync(request, url, cancellation);
            if (reply.Succeeded)
            {
                return reply;
            }

            var problem = reply.ToException();
            if (problem.Problem.Kind != "badNonce" || attempt >= NonceTries)
            {
                throw problem;
            }
        }
    }

    private async Task<string> NonceAsync(CancellationToken cancellation)
    {
        if (nonces.TryDequeue(out var kept))
        {
            return kept;
        }

        var directory = await DirectoryAsync(cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Head, directory.NewNonce);
        await SendAsync(request, directory.NewNonce, cancellation);
        return nonces.TryDequeue(out var fresh) ? fresh : throw new AcmeException("the authority gave no nonce");
    }

    private async Task<AcmeReply> SendAsync(HttpRequestMessage request, string url, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellation);
            if (response.Headers.TryGetValues("Replay-Nonce", out var nonces) && this.nonces.Count < KeptNonces)
            {
                this.nonces.Enqueue(nonces.First());
            }

            return await AcmeReply.ReadAsync(response, url, time, cancellation);
        }
        catch (HttpRequestException failure)
        {
            throw new AcmeException("unable to communicate with the API server: " + Words(failure), failure) { Unreachable = true };
        }
        catch (OperationCanceledException failure) when (!cancellation.IsCancellationRequested)
        {
            throw new AcmeException(string.Create(CultureInfo.InvariantCulture, $"no answer from the API server in time ({http.Timeout.TotalSeconds:0} s)"), failure)
            {
                Unreachable = true,
            };
        }
    }

    private static string Words(HttpRequestException failure)
    {
        var text = failure.Message;
        for (var inner = failure.InnerException; inner is not null; inner = inner.InnerException)
        {
            text = text.Contains(inner.Message, StringComparison.Ordinal) ? text : text + ": " + inner.Message;
        }

        return text;
    }

    private static byte[] DecodeSecret(AcmeEabOptions binding)
    {
        try
        {
            return Base64Url.Decode(binding.HmacEncoded);
        }
        catch (FormatException)
        {
            throw new AcmeException("eab.hmacEncoded is not base64url text; copy it again from the authority's page");
        }
    }
}
