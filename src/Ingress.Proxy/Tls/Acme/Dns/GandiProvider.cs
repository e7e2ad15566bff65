using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Ingress.Proxy.NameServers;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>Gandi LiveDNS, with a personal access token (preferred) or an API key.</summary>
internal sealed class GandiProvider : IDnsProvider
{
    private const string Base = "https://api.gandi.net/v5/livedns/domains";
    private const int NotFound = 404;

    private readonly DnsLookup lookup;
    private readonly ProviderApi api;
    private readonly int ttl;

    public GandiProvider(ProviderEnvironment environment, ProviderSetup setup)
    {
        lookup = setup.Lookup;
        ttl = environment.Number("GANDIV5_TTL", 300);
        Times = environment.Times("GANDIV5", 1200, 20);
        var token = environment.FindSecret("GANDIV5_PERSONAL_ACCESS_TOKEN");
        var key = token is null ? environment.FindSecret("GANDIV5_API_KEY") ?? throw environment.Missing("GANDIV5_PERSONAL_ACCESS_TOKEN") : null;
        api = new ProviderApi(environment, setup.Http(environment.Seconds("GANDIV5_HTTP_TIMEOUT", 30)), setup.Time)
        {
            Headers = headers =>
            {
                if (token is not null)
                {
                    headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                }
                else
                {
                    headers.Add("X-Api-Key", key);
                }
            },
        };
    }

    public ProviderTimes Times { get; }

    public async Task PresentAsync(TxtRecord record, CancellationToken cancellation)
    {
        var (url, values) = await ReadAsync(record, cancellation);
        await WriteAsync(url, [.. values, record.Value], cancellation);
    }

    public async Task CleanUpAsync(TxtRecord record, CancellationToken cancellation)
    {
        var (url, values) = await ReadAsync(record, cancellation);
        values.Remove(record.Value);
        if (values.Count == 0)
        {
            await api.DeleteAsync(url, cancellation);
        }
        else
        {
            await WriteAsync(url, values, cancellation);
        }
    }

    private async Task<(string Url, List<string> Values)> ReadAsync(TxtRecord record, CancellationToken cancellation)
    {
        var zone = await lookup.FindZoneAsync(record.Name, cancellation);
        var label = record.LabelIn(zone);
        var url = $"{Base}/{zone}/records/{(label.Length > 0 ? label : "@")}/TXT";
        var reply = await api.TrySendAsync(HttpMethod.Get, url, null, "application/json", cancellation);
        return reply switch
        {
            { Status: NotFound } => (url, []),
            { Succeeded: true } => (url, [.. reply.Json()["rrset_values"]!.AsArray().Select(value => ((string)value!).Trim('"'))]),
            _ => throw api.Refused(HttpMethod.Get, url, reply),
        };
    }

    private Task<ProviderReply> WriteAsync(string url, IEnumerable<string> values, CancellationToken cancellation)
    {
        var set = new JsonObject { ["rrset_ttl"] = ttl, ["rrset_values"] = new JsonArray([.. values.Distinct().Select(value => (JsonNode)value)]) };
        return api.SendAsync(HttpMethod.Put, url, set, cancellation);
    }
}
