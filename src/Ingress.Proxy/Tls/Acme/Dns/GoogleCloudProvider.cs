using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ingress.Proxy.Tls.Acme.Client;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>Google Cloud DNS, as a service account (<c>GCE_SERVICE_ACCOUNT</c>, its JSON) or as the machine's own identity.</summary>
internal sealed class GoogleCloudProvider : IDnsProvider
{
    private const string Metadata = "http://metadata.google.internal/computeMetadata/v1";
    private const int LooksAtChange = 30;

    private readonly ProviderEnvironment environment;
    private readonly ProviderSetup setup;
    private readonly HttpClient http;
    private readonly ProviderApi api;
    private readonly JsonNode? serviceAccount;
    private readonly int ttl;
    private readonly bool privateZones;
    private (string Token, DateTimeOffset End)? access;

    public GoogleCloudProvider(ProviderEnvironment environment, ProviderSetup setup)
    {
        (this.environment, this.setup) = (environment, setup);
        ttl = environment.Number("GCE_TTL", 120);
        privateZones = environment.Find("GCE_ALLOW_PRIVATE_ZONE") is "true" or "1";
        Times = environment.Times("GCE", 180, 5);
        http = setup.Http(environment.Seconds("GCE_HTTP_TIMEOUT", 30));
        api = new ProviderApi(environment, http, setup.Time)
        {
            Sign = async (request, _) => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await AccessTokenAsync()),
        };
        var json = environment.FindSecret("GCE_SERVICE_ACCOUNT") ?? ReadCredentials(environment.Find("GOOGLE_APPLICATION_CREDENTIALS"));
        serviceAccount = json is null ? null : Parse(json);
        if (serviceAccount is null && environment.Find("GCE_PROJECT") is null)
        {
            throw environment.Missing("GCE_PROJECT", "GCE_SERVICE_ACCOUNT (or GCE_SERVICE_ACCOUNT_FILE)");
        }
    }

    public ProviderTimes Times { get; }

    private string Base => $"https://dns.googleapis.com/dns/v1/projects/{environment.Find("GCE_PROJECT") ?? (string?)serviceAccount?["project_id"]}/managedZones";

    public async Task PresentAsync(TxtRecord record, CancellationToken cancellation)
    {
        var (zone, old) = await ReadAsync(record, cancellation);
        var values = Values(old);
        if (!values.Contains(record.QuotedValue))
        {
            await ChangeAsync(zone, record, old, [.. values, record.QuotedValue], cancellation);
        }
    }

    public async Task CleanUpAsync(TxtRecord record, CancellationToken cancellation)
    {
        var (zone, old) = await ReadAsync(record, cancellation);
        if (old is not null)
        {
            await ChangeAsync(zone, record, old, [.. Values(old).Where(value => value != record.QuotedValue)], cancellation);
        }
    }

    private async Task<(string Zone, JsonNode? Old)> ReadAsync(TxtRecord record, CancellationToken cancellation)
    {
        var zone = environment.Find("GCE_ZONE_ID") ?? await FindZoneAsync(record, cancellation);
        var sets = await api.GetAsync($"{Base}/{zone}/rrsets?name={record.Name}&type=TXT", cancellation);
        return (zone, sets.Json()["rrsets"]?.AsArray().FirstOrDefault());
    }

    private async Task<string> FindZoneAsync(TxtRecord record, CancellationToken cancellation)
    {
        var name = await setup.Lookup.FindZoneAsync(record.Name, cancellation);
        var zones = await api.GetAsync($"{Base}?dnsName={name}.", cancellation);
        var usable = zones.Json()["managedZones"]?.AsArray().FirstOrDefault(zone => privateZones || (string?)zone?["visibility"] is null or "public");
        return (string?)usable?["name"] ?? throw environment.Error($"there is no public zone {name} in this project");
    }

    private async Task ChangeAsync(string zone, TxtRecord record, JsonNode? old, List<string> values, CancellationToken cancellation)
    {
        var change = new JsonObject();
        if (old is not null)
        {
            change["deletions"] = new JsonArray(new JsonObject { ["name"] = record.Name, ["type"] = "TXT", ["ttl"] = old["ttl"]!.DeepClone(), ["rrdatas"] = old["rrdatas"]!.DeepClone() });
        }

        if (values.Count > 0)
        {
            var data = new JsonArray([.. values.Select(value => (JsonNode)value)]);
            change["additions"] = new JsonArray(new JsonObject { ["name"] = record.Name, ["type"] = "TXT", ["ttl"] = ttl, ["rrdatas"] = data });
        }

        var state = (await api.PostAsync($"{Base}/{zone}/changes", change, cancellation)).Json();
        for (var look = 0; (string?)state["status"] == "pending" && look < LooksAtChange; look++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), setup.Time, cancellation);
            state = (await api.GetAsync($"{Base}/{zone}/changes/{state["id"]}", cancellation)).Json();
        }
    }

    private async Task<string> AccessTokenAsync()
    {
        if (access is { } known && known.End > setup.Time.GetUtcNow())
        {
            return known.Token;
        }

        var answer = serviceAccount is null ? await MachineTokenAsync() : await ServiceAccountTokenAsync(serviceAccount);
        var token = (string?)answer["access_token"] ?? throw environment.Error("no access token was given");
        access = (token, setup.Time.GetUtcNow().AddSeconds(((int?)answer["expires_in"] ?? 600) - 60));
        return token;
    }

    private async Task<JsonNode> MachineTokenAsync()
    {
        var api = new ProviderApi(environment, http, setup.Time) { Headers = headers => headers.Add("Metadata-Flavor", "Google") };
        return (await api.GetAsync(Metadata + "/instance/service-accounts/default/token", CancellationToken.None)).Json();
    }

    /// <summary>A signed statement of who we are, exchanged for a token (RFC 7523).</summary>
    private async Task<JsonNode> ServiceAccountTokenAsync(JsonNode account)
    {
        var url = (string?)account["token_uri"] ?? "https://oauth2.googleapis.com/token";
        var now = setup.Time.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = (string?)account["client_email"],
            ["scope"] = "https://www.googleapis.com/auth/ndev.clouddns.readwrite",
            ["aud"] = url,
            ["iat"] = now,
            ["exp"] = now + 3600,
        };
        var text = Base64Url.Encode("""{"alg":"RS256","typ":"JWT"}""") + "." + Base64Url.Encode(claims.ToJsonString());
        using var key = RSA.Create();
        try
        {
            key.ImportFromPem((string?)account["private_key"] ?? "");
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException)
        {
            throw environment.Error("the private key of the service account cannot be read", failure);
        }

        var assertion = text + "." + Base64Url.Encode(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        var form = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + assertion;
        var api = new ProviderApi(environment, http, setup.Time);
        var reply = await api.TrySendAsync(HttpMethod.Post, url, form, "application/x-www-form-urlencoded", CancellationToken.None);
        return reply.Succeeded ? reply.Json() : throw api.Refused(HttpMethod.Post, url, reply);
    }

    private string? ReadCredentials(string? file)
    {
        try
        {
            return file is null ? null : File.ReadAllText(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw environment.Error($"GOOGLE_APPLICATION_CREDENTIALS names {file}, which cannot be read: {failure.Message}", failure);
        }
    }

    private JsonNode Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json) ?? throw environment.Error("GCE_SERVICE_ACCOUNT is JSON null");
        }
        catch (JsonException)
        {
            // The parser's message quotes what it reads, which is a private key.
            throw environment.Error("GCE_SERVICE_ACCOUNT is not the JSON of a service account");
        }
    }

    private static List<string> Values(JsonNode? set) => [.. set?["rrdatas"]?.AsArray().Select(value => (string)value!) ?? []];
}
