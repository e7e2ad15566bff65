using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>Any program that takes lego's <c>httpreq</c> calls: <c>POST /present</c> and <c>/cleanup</c> with name and value.</summary>
internal sealed class HttpReqProvider : IDnsProvider
{
    private readonly ProviderApi api;
    private readonly string endpoint;
    private readonly bool raw;

    public HttpReqProvider(ProviderEnvironment environment, ProviderSetup setup)
    {
        endpoint = environment.Require("HTTPREQ_ENDPOINT").TrimEnd('/');
        raw = string.Equals(environment.Find("HTTPREQ_MODE"), "RAW", StringComparison.OrdinalIgnoreCase);
        var (user, password) = (environment.Find("HTTPREQ_USERNAME"), environment.FindSecret("HTTPREQ_PASSWORD"));
        Times = environment.Times("HTTPREQ");
        api = new ProviderApi(environment, setup.Http(environment.Seconds("HTTPREQ_HTTP_TIMEOUT", 30)), setup.Time)
        {
            Headers = headers =>
            {
                if (user is not null && password is not null)
                {
                    headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
                }
            },
        };
    }

    public ProviderTimes Times { get; }

    public Task PresentAsync(TxtRecord record, CancellationToken cancellation) => api.PostAsync(endpoint + "/present", Message(record), cancellation);

    public Task CleanUpAsync(TxtRecord record, CancellationToken cancellation) => api.PostAsync(endpoint + "/cleanup", Message(record), cancellation);

    private JsonObject Message(TxtRecord record) => raw
        ? new JsonObject { ["domain"] = record.Domain, ["token"] = record.Token, ["keyAuth"] = record.KeyAuthorization }
        : new JsonObject { ["fqdn"] = record.Name, ["value"] = record.Value };
}
