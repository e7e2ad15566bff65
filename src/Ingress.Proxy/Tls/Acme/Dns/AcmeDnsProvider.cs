using System.Text.Json;
using System.Text.Json.Nodes;
using Ingress.Proxy.Tls.Acme.Storage;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>
/// An acme-dns server: each domain has an account there, kept in a JSON file that lego understands too. The domain's <c>_acme-challenge</c> is a CNAME to
/// the account's name, which the operator makes once.
/// </summary>
internal sealed class AcmeDnsProvider : IDnsProvider
{
    private readonly ProviderEnvironment environment;
    private readonly ProviderSetup setup;
    private readonly HttpClient http;
    private readonly string root;
    private readonly string storage;

    public AcmeDnsProvider(ProviderEnvironment environment, ProviderSetup setup)
    {
        (this.environment, this.setup) = (environment, setup);
        root = environment.Require("ACME_DNS_API_BASE").TrimEnd('/');
        storage = environment.Require("ACME_DNS_STORAGE_PATH");
        Times = environment.Times("ACME_DNS");
        http = setup.Http(environment.Seconds("ACME_DNS_HTTP_TIMEOUT", 30));
    }

    public ProviderTimes Times { get; }

    public async Task PresentAsync(TxtRecord record, CancellationToken cancellation)
    {
        var accounts = Load();
        if (Find(accounts, record.Domain) is not { } account)
        {
            var target = await RegisterAsync(accounts, record.Domain, cancellation);
            throw environment.Error($"a new account was made for {record.Domain}; make the DNS record \"_acme-challenge.{record.Domain}. CNAME {target}.\" once, then it works");
        }

        var (user, key) = (Text(account, "username"), Text(account, "password"));
        var api = new ProviderApi(environment, http, setup.Time)
        {
            Headers = headers =>
            {
                headers.Add("X-Api-User", user);
                headers.Add("X-Api-Key", key);
            },
        };
        await api.PostAsync(root + "/update", new JsonObject { ["subdomain"] = Text(account, "subdomain"), ["txt"] = record.Value }, cancellation);
    }

    /// <summary>The server keeps the two newest values and drops older ones itself.</summary>
    public Task CleanUpAsync(TxtRecord record, CancellationToken cancellation) => Task.CompletedTask;

    private async Task<string> RegisterAsync(JsonObject accounts, string domain, CancellationToken cancellation)
    {
        var allowed = environment.Find("ACME_DNS_ALLOWLIST")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        var message = new JsonObject();
        if (allowed.Length > 0)
        {
            message["allowfrom"] = new JsonArray([.. allowed.Select(range => (JsonNode)range)]);
        }

        var reply = await new ProviderApi(environment, http, setup.Time).PostAsync(root + "/register", message, cancellation);
        var account = reply.Json().AsObject();
        accounts[domain] = new JsonObject
        {
            ["fulldomain"] = Text(account, "fulldomain"),
            ["subdomain"] = Text(account, "subdomain"),
            ["username"] = Text(account, "username"),
            ["password"] = Text(account, "password"),
            ["server_url"] = root,
        };
        DurableFile.Replace(Path.GetFullPath(storage), JsonSerializer.SerializeToUtf8Bytes(accounts));
        return Text(account, "fulldomain");
    }

    private JsonObject Load()
    {
        try
        {
            return File.Exists(storage) && JsonNode.Parse(File.ReadAllText(storage)) is JsonObject accounts ? accounts : [];
        }
        catch (JsonException failure)
        {
            throw environment.Error($"{storage} is not a JSON file of accounts", failure);
        }
    }

    private static JsonObject? Find(JsonObject accounts, string domain) => accounts[domain] as JsonObject;

    /// <summary>Older files have the names in another case.</summary>
    private static string Text(JsonObject account, string name) =>
        (string?)account.FirstOrDefault(member => member.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value ?? "";
}
