using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Ingress.Proxy.Tls.Acme.Client;

/// <summary>One answer of the authority.</summary>
internal sealed record AcmeReply(int Status, byte[] Body, string? Location, DateTimeOffset? RetryAt, IReadOnlyList<string> Alternates)
{
    public bool Succeeded => Status is >= 200 and < 300;

    public string BodyText => Encoding.UTF8.GetString(Body);

    /// <summary>The body as JSON, or null where it is none.</summary>
    public JsonElement? TryJson()
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public JsonElement Json() =>
        TryJson() is { ValueKind: JsonValueKind.Object } document ? document : throw new AcmeException($"the authority's answer (status {Status}) is not a JSON object");

    /// <summary>The answer as an error, with the earliest time for another try.</summary>
    public AcmeProblemException ToException() => new(AcmeProblem.Read(TryJson(), Status)) { NotBefore = RetryAt, Unreachable = Status >= 500 && TryJson() is null };

    public static async Task<AcmeReply> ReadAsync(HttpResponseMessage response, string url, TimeProvider time, CancellationToken cancellation)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        var location = response.Headers.TryGetValues("Location", out var values) ? new Uri(new Uri(url), values.First()).ToString() : null;
        return new AcmeReply((int)response.StatusCode, body, location, RetryTime(response.Headers.RetryAfter, time), ReadAlternates(response, url));
    }

    private static DateTimeOffset? RetryTime(RetryConditionHeaderValue? header, TimeProvider time) =>
        header?.Delta is { } delta ? time.GetUtcNow() + delta : header?.Date;

    /// <summary>Further chains for a certificate, from <c>Link: &lt;url&gt;;rel="alternate"</c>.</summary>
    private static List<string> ReadAlternates(HttpResponseMessage response, string url)
    {
        List<string> found = [];
        if (!response.Headers.TryGetValues("Link", out var links))
        {
            return found;
        }

        foreach (var link in links.SelectMany(line => line.Split(',')))
        {
            var end = link.IndexOf('>', StringComparison.Ordinal);
            var start = link.IndexOf('<', StringComparison.Ordinal);
            if (start >= 0 && end > start && link[end..].Contains("alternate", StringComparison.OrdinalIgnoreCase) && found.Count < 8)
            {
                found.Add(AcmeJson.CheckedLink(new Uri(new Uri(url), link[(start + 1)..end]).ToString(), "alternate"));
            }
        }

        return found;
    }
}
