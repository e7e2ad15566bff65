using System.Text.Json.Nodes;
using Ingress.Proxy.NameServers;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>deSEC. Records come in sets, so a value is added to the set or taken out of it.</summary>
internal sealed class DesecProvider : IDnsProvider
{
    private const string Base = "https://desec.io/api/v1/domains";
    private const int NotFound = 404;

    private readonly DnsLookup lookup;
    private readonly ProviderApi api;
    private readonly int ttl;

    public DesecProvider(ProviderEnvironment environment, ProviderSetup setup)
    {
        lookup = setup.Lookup;
        ttl = environment.Number("DESEC_TTL", 3600);
        Times = environment.Times("DESEC", 120, 4);
        var token = environment.RequireSecret("DESEC_TOKEN");
        api = new ProviderApi(environment, setup.Http(environment.Seconds("DESEC_HTTP_TIMEOUT", 30)), setup.Time)
        {
            Headers = headers => headers.TryAddWithoutValidation("Authorization", "Token " + token),
        };
    }

    public ProviderTimes Times { get; }

    public async Task PresentAsync(TxtRecord record, CancellationToken cancellation)
    {
        var (zone, label, values) = await ReadAsync(record, cancellation);
        if (values is null)
        {
            var set = new JsonObject { ["subname"] = label, ["type"] = "TXT", ["ttl"] = ttl, ["records"] = new JsonArray(record.QuotedValue) };
            await api.PostAsync($"{Base}/{zone}/rrsets/", set, cancellation);
            return;
        }

        await WriteAsync(zone, label, [.. values, record.QuotedValue], cancellation);
    }

    public async Task CleanUpAsync(TxtRecord record, CancellationToken cancellation)
    {
        var (zone, label, values) = await ReadAsync(record, cancellation);
        if (values is not null)
        {
            await WriteAsync(zone, label, [.. values.Where(value => value != record.QuotedValue)], cancellation);
        }
    }

    private async Task<(string Zone, string Label, List<string>? Values)> ReadAsync(TxtRecord record, CancellationToken cancellation)
    {
        var zone = await lookup.FindZoneAsync(record.Name, cancellation);
        var label = record.LabelIn(zone);
        var url = Url(zone, label);
        var reply = await api.TrySendAsync(HttpMethod.Get, url, null, "application/json", cancellation);
        return reply switch
        {
            { Status: NotFound } => (zone, label, null),
            { Succeeded: true } => (zone, label, [.. reply.Json()["records"]!.AsArray().Select(value => (string)value!)]),
            _ => throw api.Refused(HttpMethod.Get, url, reply),
        };
    }

    /// <summary>An empty list removes the set.</summary>
    private Task<ProviderReply> WriteAsync(string zone, string label, IEnumerable<string> values, CancellationToken cancellation)
    {
        var change = new JsonObject { ["records"] = new JsonArray([.. values.Distinct().Select(value => (JsonNode)value)]) };
        return api.SendAsync(HttpMethod.Patch, Url(zone, label), change, cancellation);
    }

    private static string Url(string zone, string label) => $"{Base}/{zone}/rrsets/{(label.Length > 0 ? label : "@")}/TXT/";
}
