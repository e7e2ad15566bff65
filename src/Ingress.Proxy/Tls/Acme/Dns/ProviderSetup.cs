using Ingress.Proxy.NameServers;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>What a DNS provider is made with.</summary>
internal sealed record ProviderSetup(DnsLookup Lookup, Func<string, string?> Read, TimeProvider Time, ILogger Logger)
{
    /// <summary>The way to the provider's HTTP interface.</summary>
    public Func<HttpMessageHandler> Handler { get; init; } = () => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) };

    public HttpClient Http(TimeSpan timeout) => new(Handler()) { Timeout = timeout };
}
