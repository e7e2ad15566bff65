using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>Any program that takes lego's <c>httpreq</c> calls: <c>POST /present</c> and <c>/cleanup</c> with name and value.</summary>
internal sealed class HttpReqProvider : IDnsProvider
{
    private readonly ProviderApi _api;
    private readonly string _endpoint;
    private readonly bool _raw;

    public HttpReqProvider(ProviderEnvironment environment, ProviderSetup setup)
    {
        _endpoint = environment.Require("HTTPREQ_ENDPOINT").TrimEnd('/');
        _raw = string.Equals(environment.Find("HTTPREQ_MODE"), "RAW", StringComparison.OrdinalIgnoreCase);
        var (user, password) = (environment.Find("HTTPREQ_USERNAME"), environment.FindSecret("HTTPREQ_PASSWORD"));
        Times = environment.Times("HTTPREQ");
        _api = new ProviderApi(environment, setup.Http(environment.Seconds("HTTPREQ_HTTP_TIMEOUT", 30)), setup.Time)
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

    public Task PresentAsync(TxtRecord record, CancellationToken cancellation) => _api.PostAsync(_endpoint + "/present", Message(record), cancellation);

    public Task CleanUpAsync(TxtRecord record, CancellationToken cancellation) => _api.PostAsync(_endpoint + "/cleanup", Message(record), cancellation);

    private JsonObject Message(TxtRecord record) => _raw
        ? new JsonObject { ["domain"] = record.Domain, ["token"] = record.Token, ["keyAuth"] = record.KeyAuthorization }
        : new JsonObject { ["fqdn"] = record.Name, ["value"] = record.Value };
}
