using Ingress.Proxy.Tls.Acme.Client;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>The DNS providers by the codes that lego gave them; one line each.</summary>
internal static class DnsProviderCatalog
{
    private static readonly SortedDictionary<string, Func<ProviderEnvironment, ProviderSetup, IDnsProvider>> Providers = new(StringComparer.Ordinal)
    {
        ["acme-dns"] = (environment, setup) => new AcmeDnsProvider(environment, setup),
        ["cloudflare"] = (environment, setup) => new CloudflareProvider(environment, setup),
        ["desec"] = (environment, setup) => new DesecProvider(environment, setup),
        ["digitalocean"] = (environment, setup) => new DigitalOceanProvider(environment, setup),
        ["duckdns"] = (environment, setup) => new DuckDnsProvider(environment, setup),
        ["exec"] = (environment, setup) => new ExecProvider(environment, setup),
        ["gandiv5"] = (environment, setup) => new GandiProvider(environment, setup),
        ["gcloud"] = (environment, setup) => new GoogleCloudProvider(environment, setup),
        ["hetzner"] = HetznerProvider.Create,
        ["httpreq"] = (environment, setup) => new HttpReqProvider(environment, setup),
        ["manual"] = (environment, setup) => new ManualProvider(environment, setup),
        ["ovh"] = (environment, setup) => new OvhProvider(environment, setup),
        ["porkbun"] = (environment, setup) => new PorkbunProvider(environment, setup),
        ["rfc2136"] = (environment, setup) => new Rfc2136Provider(environment, setup),
        ["route53"] = (environment, setup) => new Route53Provider(environment, setup),
    };

    public static IEnumerable<string> Codes => Providers.Keys;

    /// <exception cref="AcmeException">The code is unknown, or credentials are missing.</exception>
    public static IDnsProvider Create(string code, ProviderSetup setup) =>
        Providers.TryGetValue(code, out var create)
            ? create(new ProviderEnvironment(code, setup.Read), setup)
            : throw new AcmeException($"unrecognized DNS provider: {code}. There are {string.Join(", ", Codes)}; for others use exec or httpreq");
}
