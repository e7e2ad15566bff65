using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>Hetzner, in its cloud console (<c>HETZNER_API_TOKEN</c>) and in its older DNS console (<c>HETZNER_API_KEY</c>).</summary>
internal static class HetznerProvider
{
    public static IDnsProvider Create(ProviderEnvironment environment, ProviderSetup setup)
    {
        if (environment.FindSecret("HETZNER_API_TOKEN") is { } token)
        {
            return new CloudConsole(environment, setup, token);
        }

        return environment.FindSecret("HETZNER_API_KEY") is { } key ? new DnsConsole(environment, setup, key) : throw environment.Missing("HETZNER_API_TOKEN");
    }

    private sealed class CloudConsole(ProviderEnvironment environment, ProviderSetup setup, string token) : IDnsProvider
    {
        private const string Base = "https://api.hetzner.cloud/v1";
        private const int LooksAtAction = 60;

        private readonly int ttl = environment.Number("HETZNER_TTL", 60);
        private readonly ProviderApi api = new(environment, setup.Http(environment.Seconds("HETZNER_HTTP_TIMEOUT", 30)), setup.Time)
        {
            Headers = headers => headers.Authorization = new AuthenticationHeaderValue("Bearer", token),
        };

        public ProviderTimes Times { get; } = environment.Times("HETZNER", 120);

        public Task PresentAsync(TxtRecord record, CancellationToken cancellation) => ActAsync(record, "add_records", new JsonObject { ["ttl"] = ttl }, cancellation);

        public Task CleanUpAsync(TxtRecord record, CancellationToken cancellation) => ActAsync(record, "remove_records", [], cancellation);

        private async Task ActAsync(TxtRecord record, string verb, JsonObject change, CancellationToken cancellation)
        {
            var zone = await setup.Lookup.FindZoneAsync(record.Name, cancellation);
            var label = record.LabelIn(zone);
            change["records"] = new JsonArray(new JsonObject { ["value"] = record.QuotedValue });
            var reply = await api.PostAsync($"{Base}/zones/{zone}/rrsets/{(label.Length > 0 ? label : "@")}/TXT/actions/{verb}", change, cancellation);
            var action = reply.Json()["action"];
            for (var look = 0; (string?)action?["status"] == "running" && look < LooksAtAction; look++)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), setup.Time, cancellation);
                action = (await api.GetAsync($"{Base}/actions/{action["id"]}", cancellation)).Json()["action"];
            }

            if ((string?)action?["status"] == "error")
            {
                throw environment.Error($"{verb} failed: {(string?)action["error"]?["message"]}");
            }
        }
    }

    private sealed class DnsConsole(ProviderEnvironment environment, ProviderSetup setup, string key) : IDnsProvider
    {
        private const string Base = "https://dns.hetzner.com/api/v1";

        private readonly int ttl = environment.Number("HETZNER_TTL", 60);
        private readonly ConcurrentDictionary<string, string> made = new(StringComparer.Ordinal);
        private readonly ProviderApi api = new(environment, setup.Http(environment.Seconds("HETZNER_HTTP_TIMEOUT", 30)), setup.Time)
        {
            Headers = headers => headers.Add("Auth-API-Token", key),
        };

        public ProviderTimes Times { get; } = environment.Times("HETZNER", 120);

        public async Task PresentAsync(TxtRecord record, CancellationToken cancellation)
        {
            var zone = await setup.Lookup.FindZoneAsync(record.Name, cancellation);
            var found = await api.GetAsync($"{Base}/zones?name={zone}", cancellation);
            var zoneId = (string?)found.Json()["zones"]?.AsArray().FirstOrDefault()?["id"] ?? throw environment.Error($"the zone {zone} is not in this account");
            var made = await api.PostAsync(
                $"{Base}/records",
                new JsonObject { ["type"] = "TXT", ["name"] = record.LabelIn(zone), ["value"] = record.Value, ["ttl"] = ttl, ["zone_id"] = zoneId },
                cancellation);
            this.made[record.Token] = (string?)made.Json()["record"]?["id"] ?? throw environment.Error("the new record has no id");
        }

        public async Task CleanUpAsync(TxtRecord record, CancellationToken cancellation)
        {
            if (made.TryRemove(record.Token, out var id))
            {
                await api.DeleteAsync($"{Base}/records/{id}", cancellation);
            }
        }
    }
}
