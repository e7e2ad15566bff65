using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>DigitalOcean.</summary>
internal sealed class DigitalOceanProvider : IDnsProvider
{
    private readonly ProviderEnvironment _environment;
    private readonly DnsLookup _lookup;
    private readonly ProviderApi _api;
    private readonly string _base;
    private readonly int _ttl;
    private readonly ConcurrentDictionary<string, string> _made = new(StringComparer.Ordinal);

    public DigitalOceanProvider(ProviderEnvironment environment, ProviderSetup setup)
    {
        (_environment, _lookup) = (environment, setup.Lookup);
        var token = environment.RequireSecret("DO_AUTH_TOKEN");
        _base = (environment.Find("DO_API_URL") ?? "https://api.digitalocean.com").TrimEnd('/');
        _ttl = environment.Number("DO_TTL", 30);
        Times = environment.Times("DO", 60, 5);
        _api = new ProviderApi(environment, setup.Http(environment.Seconds("DO_HTTP_TIMEOUT", 30)), setup.Time)
        {
            Headers = headers => headers.Authorization = new AuthenticationHeaderValue("Bearer", token),
        };
    }

    public ProviderTimes Times { get; }

    public async Task PresentAsync(TxtRecord record, CancellationToken cancellation)
    {
        var zone = await _lookup.FindZoneAsync(record.Name, cancellation);
        var url = $"{_base}/v2/domains/{zone}/records";
        var made = await _api.PostAsync(url, new JsonObject { ["type"] = "TXT", ["name"] = record.Name, ["data"] = record.Value, ["ttl"] = _ttl }, cancellation);
        _made[record.Token] = $"{url}/{made.Json()["domain_record"]?["id"] ?? throw _environment.Error("the new record has no id")}";
    }

    public async Task CleanUpAsync(TxtRecord record, CancellationToken cancellation)
    {
        if (_made.TryRemove(record.Token, out var url))
        {
            await _api.DeleteAsync(url, cancellation);
        }
    }
}
