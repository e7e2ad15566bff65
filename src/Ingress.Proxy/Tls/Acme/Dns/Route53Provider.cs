using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>Amazon Route 53. A record set is replaced as a whole, so it is read first.</summary>
internal sealed class Route53Provider : IDnsProvider
{
    private const string Base = "https://route53.amazonaws.com/2013-04-01";
    private const int LooksAtChange = 60;

    private static readonly XNamespace Space = "https://route53.amazonaws.com/doc/2013-04-01/";

    private readonly ProviderEnvironment environment;
    private readonly ProviderSetup setup;
    private readonly ProviderApi api;
    private readonly int ttl;
    private readonly bool privateZone;
    private readonly bool waits;

    public Route53Provider(ProviderEnvironment environment, ProviderSetup setup)
    {
        (this.environment, this.setup) = (environment, setup);
        ttl = environment.Number("AWS_TTL", 10);
        privateZone = environment.Find("AWS_PRIVATE_ZONE") is "true" or "1";
        waits = environment.Find("AWS_WAIT_FOR_RECORD_SETS_CHANGED") is not ("false" or "0");
        Times = environment.Times("AWS", 120, 4);
        var http = setup.Http(TimeSpan.FromSeconds(30));
        api = new ProviderApi(environment, http, setup.Time) { Sign = new AwsCredentials(environment, setup, http).SignAsync };
    }

    public ProviderTimes Times { get; }

    public async Task PresentAsync(TxtRecord record, CancellationToken cancellation)
    {
        var zone = await FindZoneAsync(record, cancellation);
        var (values, _) = await ReadAsync(zone, record, cancellation);
        if (!values.Contains(record.QuotedValue))
        {
            await ChangeAsync(zone, "UPSERT", record, [.. values, record.QuotedValue], ttl, cancellation);
        }
    }

    public async Task CleanUpAsync(TxtRecord record, CancellationToken cancellation)
    {
        var zone = await FindZoneAsync(record, cancellation);
        var (values, ttl) = await ReadAsync(zone, record, cancellation);
        if (!values.Contains(record.QuotedValue))
        {
            return;
        }

        var rest = values.Where(value => value != record.QuotedValue).ToList();
        await (rest.Count > 0 ? ChangeAsync(zone, "UPSERT", record, rest, this.ttl, cancellation) : ChangeAsync(zone, "DELETE", record, values, ttl, cancellation));
    }

    private async Task<string> FindZoneAsync(TxtRecord record, CancellationToken cancellation)
    {
        if (environment.Find("AWS_HOSTED_ZONE_ID") is { } given)
        {
            return given.Replace("/hostedzone/", "", StringComparison.Ordinal);
        }

        var name = await setup.Lookup.FindZoneAsync(record.Name, cancellation);
        var zones = Parse(await GetAsync($"{Base}/hostedzonesbyname?dnsname={name}.", cancellation));
        var zone = zones.Descendants(Space + "HostedZone").FirstOrDefault(zone =>
            (string?)zone.Element(Space + "Name") == name + "." && (string?)zone.Element(Space + "Config")?.Element(Space + "PrivateZone") == (privateZone ? "true" : "false"));
        return ((string?)zone?.Element(Space + "Id"))?.Replace("/hostedzone/", "", StringComparison.Ordinal)
            ?? throw environment.Error($"there is no {(privateZone ? "private" : "public")} hosted zone {name} in this account");
    }

    private async Task<(List<string> Values, int Ttl)> ReadAsync(string zone, TxtRecord record, CancellationToken cancellation)
    {
        var answer = Parse(await GetAsync($"{Base}/hostedzone/{zone}/rrset?maxitems=1&name={record.BareName}.&type=TXT", cancellation));
        var set = answer.Descendants(Space + "ResourceRecordSet").FirstOrDefault(set =>
            (string?)set.Element(Space + "Name") == record.Name && (string?)set.Element(Space + "Type") == "TXT");
        var values = set?.Descendants(Space + "Value").Select(value => value.Value).ToList() ?? [];
        return (values, int.TryParse((string?)set?.Element(Space + "TTL"), NumberStyles.None, CultureInfo.InvariantCulture, out var ttl) ? ttl : this.ttl);
    }

    private async Task ChangeAsync(string zone, string action, TxtRecord record, List<string> values, int ttl, CancellationToken cancellation)
    {
        var set = new XElement(
            Space + "ResourceRecordSet",
            new XElement(Space + "Name", record.Name),
            new XElement(Space + "Type", "TXT"),
            new XElement(Space + "TTL", ttl),
            new XElement(Space + "ResourceRecords", values.Select(value => new XElement(Space + "ResourceRecord", new XElement(Space + "Value", value)))));
        var change = new XElement(Space + "Change", new XElement(Space + "Action", action), set);
        var request = new XElement(Space + "ChangeResourceRecordSetsRequest", new XElement(Space + "ChangeBatch", new XElement(Space + "Changes", change)));
        var url = $"{Base}/hostedzone/{zone}/rrset/";
        var reply = await api.TrySendAsync(HttpMethod.Post, url, request.ToString(SaveOptions.DisableFormatting), "application/xml", cancellation);
        var info = reply.Succeeded ? Parse(reply) : throw api.Refused(HttpMethod.Post, url, reply);
        for (var look = 0; waits && State(info) == "PENDING" && look < LooksAtChange; look++)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), setup.Time, cancellation);
            info = Parse(await GetAsync($"{Base}{(string?)info.Descendants(Space + "Id").FirstOrDefault()}", cancellation));
        }
    }

    private static string? State(XDocument info) => (string?)info.Descendants(Space + "Status").FirstOrDefault();

    private Task<ProviderReply> GetAsync(string url, CancellationToken cancellation) => api.GetAsync(url, cancellation);

    private XDocument Parse(ProviderReply reply)
    {
        try
        {
            return XDocument.Parse(reply.Text);
        }
        catch (XmlException failure)
        {
            throw environment.Error("the answer is not XML", failure);
        }
    }
}
