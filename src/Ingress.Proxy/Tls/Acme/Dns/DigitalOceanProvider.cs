using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Ingress.Proxy.NameServers;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>DigitalOcean.</summary>
internal sealed class DigitalOceanProvider : IDnsProvider
{
    private readonly ProviderEnvironment environment;
    private readonly DnsLookup lookup;
    private readonly ProviderApi api;
    private readonly string root;
    private readonly int ttl;
    private readonly ConcurrentDictionary<string, string> made = new(StringComparer.Ordinal);

    public DigitalOceanProvider(ProviderEnvironment environment, ProviderSetup setup)
    {
        (this.environment, lookup) = (environment, setup.Lookup);
        var token = environment.RequireSecret("DO_AUTH_TOKEN");
        root = (environment.Find("DO_API_URL") ?? "https://api.digitalocean.com").TrimEnd('/');
        ttl = environment.Number("DO_TTL", 30);
        Times = environment.Times("DO", 60, 5);
        api = new ProviderApi(environment, setup.Http(environment.Seconds("DO_HTTP_TIMEOUT", 30)), setup.Time)
        {
            Headers = headers => headers.Authorization = new AuthenticationHeaderValue("Bearer", token),
        };
    }

    public ProviderTimes Times { get; }

    public async Task PresentAsync(TxtRecord record, CancellationToken cancellation)
    {
        var zone = await lookup.FindZoneAsync(record.Name, cancellation);
        var url = $"{root}/v2/domains/{zone}/records";
        var made = await api.PostAsync(url, new JsonObject { ["type"] = "TXT", ["name"] = record.Name, ["data"] = record.Value, ["ttl"] = ttl }, cancellation);
        this.made[record.Token] = $"{url}/{made.Json()["domain_record"]?["id"] ?? throw environment.Error("the new record has no id")}";
    }

    public async Task CleanUpAsync(TxtRecord record, CancellationToken cancellation)
    {
        if (made.TryRemove(record.Token, out var url))
        {
            await api.DeleteAsync(url, cancellation);
        }
    }
}
