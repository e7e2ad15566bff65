using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>Porkbun. The keys travel in the body.</summary>
internal sealed class PorkbunProvider(ProviderEnvironment environment, ProviderSetup setup) : IDnsProvider
{
    private const string Base = "https://api.porkbun.com/api/json/v3/dns";

    private readonly string key = environment.RequireSecret("PORKBUN_API_KEY");
    private readonly string secret = environment.RequireSecret("PORKBUN_SECRET_API_KEY");
    private readonly int ttl = environment.Number("PORKBUN_TTL", 300);
    private readonly ConcurrentDictionary<string, string> made = new(StringComparer.Ordinal);
    private readonly ProviderApi api = new(environment, setup.Http(environment.Seconds("PORKBUN_HTTP_TIMEOUT", 30)), setup.Time);

    public ProviderTimes Times { get; } = environment.Times("PORKBUN", 600, 10);

    public async Task PresentAsync(TxtRecord record, CancellationToken cancellation)
    {
        var zone = await setup.Lookup.FindZoneAsync(record.Name, cancellation);
        var made = await CallAsync(
            $"create/{zone}",
            new JsonObject { ["name"] = record.LabelIn(zone), ["type"] = "TXT", ["content"] = record.Value, ["ttl"] = ttl.ToString(System.Globalization.CultureInfo.InvariantCulture) },
            cancellation);
        this.made[record.Token] = $"{zone}/{made["id"] ?? throw environment.Error("the new record has no id")}";
    }

    public async Task CleanUpAsync(TxtRecord record, CancellationToken cancellation)
    {
        if (made.TryRemove(record.Token, out var path))
        {
            await CallAsync("delete/" + path, [], cancellation);
        }
    }

    private async Task<JsonNode> CallAsync(string path, JsonObject message, CancellationToken cancellation)
    {
        message["apikey"] = key;
        message["secretapikey"] = secret;
        var answer = (await api.PostAsync($"{Base}/{path}", message, cancellation)).Json();
        return (string?)answer["status"] == "SUCCESS" ? answer : throw environment.Error($"{path}: {(string?)answer["message"]}");
    }
}
