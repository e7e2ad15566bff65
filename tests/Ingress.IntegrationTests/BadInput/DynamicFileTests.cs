using System.Net;
using Ingress.Testing;

namespace Ingress.IntegrationTests.BadInput;

/// <summary>Damaged dynamic files beside a good one: the good one is served throughout, and no unknown key is taken.</summary>
public sealed class DynamicFileTests
{
    private const int Cases = 100;

    private const string Static = """
        entryPoints:
          web:
            address: "127.0.0.1:{web}"
          traefik:
            address: "127.0.0.1:{api}"
        api:
          insecure: true
        ping: {}
        providers:
          providersThrottleDuration: 20ms
          file:
            directory: "{dir}/files"

        """;

    private const string Neighbour = """
        http:
          routers:
            neighbour:
              rule: Host(`neighbour.test`)
              service: neighbour
          services:
            neighbour:
              loadBalancer:
                servers:
                  - url: "URL"
        """;

    private const string Good = """
        http: #!
          routers: #!
            damaged:
              rule: Host(`damaged.test`) && PathPrefix(`/a`) #!
              service: damaged #!
              priority: 10 #!
              entryPoints: #!
                - web
              middlewares: #!
                - strip
                - limit
          middlewares: #!
            strip:
              stripPrefix:
                prefixes: #!
                  - /a
            limit:
              rateLimit:
                average: 1000 #!
                period: 1s #!
                burst: 1000 #!
          services: #!
            damaged:
              loadBalancer:
                passHostHeader: true #!
                servers: #!
                  - url: "URL"
                sticky: #!
                  cookie: #!
                    name: s #!
                    maxAge: 5 #!
                healthCheck: #!
                  path: / #!
                  interval: 10s #!
          serversTransports: #!
            slow:
              serverName: x #!
              maxIdleConnsPerHost: 3 #!
              forwardingTimeouts: #!
                dialTimeout: 1s #!
        tcp: #!
          routers: #!
            t:
              rule: HostSNI(`t.test`) #!
              service: t #!
              tls: {} #!
          services: #!
            t:
              loadBalancer: #!
                servers: #!
                  - address: "127.0.0.1:1"

        """;

    [Fact]
    public async Task NoDamageHurtsTheNeighbourAndUnknownKeysAreRefused()
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = ProxyProcess.Start(new ProxySetup { Static = Static });
        proxy.Write("files/neighbour.yml", Neighbour.Replace("URL", backend.Url, StringComparison.Ordinal));
        proxy.Write("files/damaged.yml", "");
        await proxy.ReadyAsync();
        await Eventually.HoldsAsync("the neighbour is served", async () => await StatusAsync(proxy) == HttpStatusCode.OK);

        for (var seed = 0; seed < Cases; seed++)
        {
            var mutation = Mutation.Of(Good.Replace("URL", backend.Url, StringComparison.Ordinal), seed);
            var before = proxy.Run.Output.Length;
            proxy.Write("files/damaged.yml", mutation.Text);
            var what = $"seed {seed}, {mutation.Description}";
            if (mutation.UnknownKey is { } key)
            {
                await Eventually.HoldsAsync($"{what}: the log names {key}", () => proxy.Run.Output[before..].Contains(key, StringComparison.OrdinalIgnoreCase));
            }

            Assert.True(await StatusAsync(proxy) == HttpStatusCode.OK, $"{what}: the neighbour is gone\n{proxy.Run.Output[before..]}");
            Assert.False(proxy.Run.HasExited, what);
        }

        Assert.DoesNotContain("Unhandled exception", proxy.Run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("NullReferenceException", proxy.Run.Output, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> StatusAsync(ProxyProcess proxy)
    {
        using var answer = await proxy.GetAsync("neighbour.test");
        return answer.StatusCode;
    }
}
