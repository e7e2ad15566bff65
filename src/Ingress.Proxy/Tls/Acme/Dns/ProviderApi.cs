using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ingress.Proxy.Tls.Acme.Client;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>Calls the HTTP interface of a DNS provider. Errors name method, host and path, never the query or a credential.</summary>
internal sealed class ProviderApi(ProviderEnvironment environment, HttpClient http, TimeProvider time)
{
    private const int Tries = 4;
    private const int LongestQuote = 300;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Put on every request, such as the authorization.</summary>
    public Action<HttpRequestHeaders> Headers { get; init; } = _ => { };

    /// <summary>Signs a finished request; the text is the body.</summary>
    public Func<HttpRequestMessage, string, Task> Sign { get; init; } = (_, _) => Task.CompletedTask;

    public Task<ProviderReply> GetAsync(string url, CancellationToken cancellation) => SendAsync(HttpMethod.Get, url, null, cancellation);

    public Task<ProviderReply> PostAsync(string url, JsonNode body, CancellationToken cancellation) => SendAsync(HttpMethod.Post, url, body, cancellation);

    public Task<ProviderReply> DeleteAsync(string url, CancellationToken cancellation) => SendAsync(HttpMethod.Delete, url, null, cancellation);

    /// <summary>Sends JSON and insists on success.</summary>
    public async Task<ProviderReply> SendAsync(HttpMethod method, string url, JsonNode? body, CancellationToken cancellation)
    {
        var reply = await TrySendAsync(method, url, body?.ToJsonString(), "application/json", cancellation);
        return reply.Succeeded ? reply : throw Refused(method, url, reply);
    }

    /// <summary>Sends any text and leaves the judgement of the status to the caller. A provider that is in a hurry (429) is given time.</summary>
    public async Task<ProviderReply> TrySendAsync(HttpMethod method, string url, string? body, string mediaType, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(method, url);
                if (body is not null)
                {
                    request.Content = new StringContent(body, Encoding.UTF8, mediaType);
                }

                Headers(request.Headers);
                await Sign(request, body ?? "");
                using var response = await http.SendAsync(request, cancellation);
                var text = await response.Content.ReadAsStringAsync(cancellation);
                var status = (int)response.StatusCode;
                if (status != 429 || attempt >= Tries)
                {
                    return new ProviderReply(status, text, environment);
                }

                var pause = response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(2 * attempt);
                await Task.Delay(pause < LongestPause ? pause : LongestPause, time, cancellation);
            }
            catch (HttpRequestException failure)
            {
                throw environment.Error($"{method} {Where(url)}: {failure.Message}", failure);
            }
            catch (OperationCanceledException failure) when (!cancellation.IsCancellationRequested)
            {
                throw environment.Error($"{method} {Where(url)}: no answer within {http.Timeout.TotalSeconds:0} s", failure);
            }
        }
    }

    public AcmeException Refused(HttpMethod method, string url, ProviderReply reply) =>
        environment.Error($"{method} {Where(url)}: status {reply.Status}: {(reply.Text.Length > LongestQuote ? reply.Text[..LongestQuote] + "…" : reply.Text).ReplaceLineEndings(" ")}");

    private static string Where(string url) => new Uri(url).GetLeftPart(UriPartial.Path);
}

/// <summary>The answer of a DNS provider.</summary>
internal sealed record ProviderReply(int Status, string Text, ProviderEnvironment Environment)
{
    public bool Succeeded => Status is >= 200 and < 300;

    public JsonNode Json()
    {
        try
        {
            return JsonNode.Parse(Text) ?? throw Environment.Error("the answer is JSON null");
        }
        catch (JsonException failure)
        {
            throw Environment.Error("the answer is not JSON", failure);
        }
    }
}
