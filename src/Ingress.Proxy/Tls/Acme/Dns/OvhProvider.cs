using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>OVHcloud, with an application's three keys, an OAuth2 client, or an access token.</summary>
internal sealed class OvhProvider : IDnsProvider
{
    private readonly ProviderEnvironment environment;
    private readonly ProviderSetup setup;
    private readonly HttpClient http;
    private readonly ProviderApi api;
    private readonly string root;
    private readonly int ttl;
    private readonly ConcurrentDictionary<string, (string Zone, string Id)> made = new(StringComparer.Ordinal);
    private TimeSpan? clockDifference;
    private (string Token, DateTimeOffset End)? access;

    public OvhProvider(ProviderEnvironment environment, ProviderSetup setup)
    {
        (this.environment, this.setup) = (environment, setup);
        var endpoint = environment.Find("OVH_ENDPOINT") ?? "ovh-eu";
        root = BaseOf(endpoint) ?? throw environment.Error($"OVH_ENDPOINT: unknown endpoint {endpoint}; use ovh-eu, ovh-ca or ovh-us");
        ttl = environment.Number("OVH_TTL", 120);
        Times = environment.Times("OVH");
        http = setup.Http(environment.Seconds("OVH_HTTP_TIMEOUT", 180));
        api = new ProviderApi(environment, http, setup.Time) { Sign = Authorization(endpoint) };
    }

    public ProviderTimes Times { get; }

    public async Task PresentAsync(TxtRecord record, CancellationToken cancellation)
    {
        var zone = await setup.Lookup.FindZoneAsync(record.Name, cancellation);
        var made = await api.PostAsync(
            $"{root}/domain/zone/{zone}/record",
            new JsonObject { ["fieldType"] = "TXT", ["subDomain"] = record.LabelIn(zone), ["target"] = record.Value, ["ttl"] = ttl },
            cancellation);
        this.made[record.Token] = (zone, (made.Json()["id"] ?? throw environment.Error("the new record has no id")).ToString());
        await RefreshAsync(zone, cancellation);
    }

    public async Task CleanUpAsync(TxtRecord record, CancellationToken cancellation)
    {
        if (this.made.TryRemove(record.Token, out var made))
        {
            await api.DeleteAsync($"{root}/domain/zone/{made.Zone}/record/{made.Id}", cancellation);
            await RefreshAsync(made.Zone, cancellation);
        }
    }

    private Task<ProviderReply> RefreshAsync(string zone, CancellationToken cancellation) =>
        api.SendAsync(HttpMethod.Post, $"{root}/domain/zone/{zone}/refresh", null, cancellation);

    private Func<HttpRequestMessage, string, Task> Authorization(string endpoint)
    {
        if (environment.FindSecret("OVH_ACCESS_TOKEN") is { } token)
        {
            return (request, _) => BearerAsync(request, token);
        }

        if (environment.Find("OVH_CLIENT_ID") is { } client)
        {
            var secret = environment.RequireSecret("OVH_CLIENT_SECRET");
            return async (request, _) => await BearerAsync(request, await AccessTokenAsync(endpoint, client, secret));
        }

        var (key, applicationSecret, consumer) =
            (environment.Require("OVH_APPLICATION_KEY"), environment.RequireSecret("OVH_APPLICATION_SECRET"), environment.RequireSecret("OVH_CONSUMER_KEY"));
        return (request, body) => SignAsync(request, body, key, applicationSecret, consumer);
    }

    /// <summary>The signature is over the time of the provider's clock, which is asked for once.</summary>
    private async Task SignAsync(HttpRequestMessage request, string body, string key, string secret, string consumer)
    {
        if (clockDifference is null)
        {
            var unsigned = new ProviderApi(environment, http, setup.Time);
            var reply = await unsigned.GetAsync(root + "/auth/time", CancellationToken.None);
            clockDifference = DateTimeOffset.FromUnixTimeSeconds(long.Parse(reply.Text.Trim(), CultureInfo.InvariantCulture)) - setup.Time.GetUtcNow();
        }

        var time = (setup.Time.GetUtcNow() + clockDifference.Value).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var text = string.Join('+', secret, consumer, request.Method.Method, request.RequestUri!.OriginalString, body, time);
        request.Headers.Add("X-Ovh-Application", key);
        request.Headers.Add("X-Ovh-Consumer", consumer);
        request.Headers.Add("X-Ovh-Timestamp", time);
        request.Headers.Add("X-Ovh-Signature", "$1$" + Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text))));
    }

    private async Task<string> AccessTokenAsync(string endpoint, string client, string secret)
    {
        if (access is { } known && known.End > setup.Time.GetUtcNow())
        {
            return known.Token;
        }

        var host = endpoint switch { "ovh-ca" => "ca.ovh.com", "ovh-us" => "us.ovhcloud.com", _ => "www.ovh.com" };
        var form = $"grant_type=client_credentials&scope=all&client_id={Uri.EscapeDataString(client)}&client_secret={Uri.EscapeDataString(secret)}";
        var url = $"https://{host}/auth/oauth2/token";
        var unsigned = new ProviderApi(environment, http, setup.Time);
        var reply = await unsigned.TrySendAsync(HttpMethod.Post, url, form, "application/x-www-form-urlencoded", CancellationToken.None);
        var answer = reply.Succeeded ? reply.Json() : throw unsigned.Refused(HttpMethod.Post, url, reply);
        var token = (string?)answer["access_token"] ?? throw environment.Error("no access token was given");
        access = (token, setup.Time.GetUtcNow().AddSeconds((int?)answer["expires_in"] - 60 ?? 300));
        return token;
    }

    private static Task BearerAsync(HttpRequestMessage request, string token)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return Task.CompletedTask;
    }

    private static string? BaseOf(string endpoint) => endpoint switch
    {
        "ovh-eu" => "https://eu.api.ovh.com/1.0",
        "ovh-ca" => "https://ca.api.ovh.com/1.0",
        "ovh-us" => "https://api.us.ovhcloud.com/1.0",
        "kimsufi-eu" => "https://eu.api.kimsufi.com/1.0",
        "kimsufi-ca" => "https://ca.api.kimsufi.com/1.0",
        "soyoustart-eu" => "https://eu.api.soyoustart.com/1.0",
        "soyoustart-ca" => "https://ca.api.soyoustart.com/1.0",
        _ => null,
    };
}
