using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Ingress.Proxy.NameServers;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>Cloudflare, with API tokens (preferred) or the account's mail address and global key.</summary>
internal sealed class CloudflareProvider : IDnsProvider
{
    private readonly ProviderEnvironment environment;
    private readonly DnsLookup lookup;
    private readonly ProviderApi zones;
    private readonly ProviderApi records;
    private readonly string root;
    private readonly int ttl;
    private readonly ConcurrentDictionary<string, (string Zone, string Id)> made = new(StringComparer.Ordinal);

    public CloudflareProvider(ProviderEnvironment environment, ProviderSetup setup)
    {
        (this.environment, lookup) = (environment, setup.Lookup);
        root = (environment.Find("CLOUDFLARE_BASE_URL", "CF_BASE_URL") ?? "https://api.cloudflare.com/client/v4").TrimEnd('/');
        ttl = environment.Number("CLOUDFLARE_TTL", environment.Number("CF_TTL", 120));
        Times = environment.Times(environment.Find("CLOUDFLARE_PROPAGATION_TIMEOUT") is null ? "CF" : "CLOUDFLARE", 120);
        var token = environment.FindSecret("CF_DNS_API_TOKEN", "CLOUDFLARE_DNS_API_TOKEN");
        var zoneToken = environment.FindSecret("CF_ZONE_API_TOKEN", "CLOUDFLARE_ZONE_API_TOKEN");
        var http = setup.Http(environment.Seconds("CLOUDFLARE_HTTP_TIMEOUT", 30));
        if (token is not null)
        {
            records = new ProviderApi(environment, http, setup.Time) { Headers = headers => headers.Authorization = new AuthenticationHeaderValue("Bearer", token) };
            zones = new ProviderApi(environment, http, setup.Time) { Headers = headers => headers.Authorization = new AuthenticationHeaderValue("Bearer", zoneToken ?? token) };
            return;
        }

        var email = environment.Find("CF_API_EMAIL", "CLOUDFLARE_EMAIL");
        var key = environment.FindSecret("CF_API_KEY", "CLOUDFLARE_API_KEY");
        if (email is null || key is null)
        {
            throw environment.Missing("CF_DNS_API_TOKEN (or CF_API_EMAIL", "CF_API_KEY)");
        }

        records = zones = new ProviderApi(environment, http, setup.Time)
        {
            Headers = headers =>
            {
                headers.Add("X-Auth-Email", email);
                headers.Add("X-Auth-Key", key);
            },
        };
    }

    public ProviderTimes Times { get; }

    public async Task PresentAsync(TxtRecord record, CancellationToken cancellation)
    {
        var zone = await lookup.FindZoneAsync(record.Name, cancellation);
        var found = await zones.GetAsync($"{root}/zones?name={zone}&per_page=50", cancellation);
        var zoneId = (string?)found.Json()["result"]?.AsArray().FirstOrDefault()?["id"]
            ?? throw environment.Error($"the zone {zone} is not in this account, or the token may not read zones");
        var made = await records.PostAsync(
            $"{root}/zones/{zoneId}/dns_records",
            new JsonObject { ["type"] = "TXT", ["name"] = record.BareName, ["content"] = record.QuotedValue, ["ttl"] = ttl },
            cancellation);
        this.made[record.Token] = (zoneId, (string?)made.Json()["result"]?["id"] ?? throw environment.Error("the new record has no id"));
    }

    public async Task CleanUpAsync(TxtRecord record, CancellationToken cancellation)
    {
        if (this.made.TryRemove(record.Token, out var made))
        {
            await records.DeleteAsync($"{root}/zones/{made.Zone}/dns_records/{made.Id}", cancellation);
        }
    }
}
