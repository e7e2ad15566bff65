namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>DuckDNS. It keeps one text for a whole domain, so names are proved one after another.</summary>
internal sealed class DuckDnsProvider(ProviderEnvironment environment, ProviderSetup setup) : IDnsProvider
{
    private const int LabelsOfDomain = 3;

    private readonly string token = environment.RequireSecret("DUCKDNS_TOKEN");
    private readonly ProviderApi api = new(environment, setup.Http(environment.Seconds("DUCKDNS_HTTP_TIMEOUT", 30)), setup.Time);

    public ProviderTimes Times { get; } = environment.Times("DUCKDNS");

    public bool OneAtATime => true;

    public Task PresentAsync(TxtRecord record, CancellationToken cancellation) => UpdateAsync(record, "txt=" + record.Value, cancellation);

    public Task CleanUpAsync(TxtRecord record, CancellationToken cancellation) => UpdateAsync(record, "txt=&clear=true", cancellation);

    private async Task UpdateAsync(TxtRecord record, string change, CancellationToken cancellation)
    {
        // Below a domain DuckDNS knows no records: the text of the domain itself answers for all names under it.
        var labels = record.BareName.Split('.');
        var domain = string.Join('.', labels.TakeLast(LabelsOfDomain));
        var reply = await api.GetAsync($"https://www.duckdns.org/update?domains={domain}&token={Uri.EscapeDataString(token)}&{change}", cancellation);
        if (!reply.Text.Trim().StartsWith("OK", StringComparison.Ordinal))
        {
            throw environment.Error($"the update of {domain} was refused (answer {reply.Text.Trim()}): check domain and token");
        }
    }
}
