using Ingress.Testing;

namespace Ingress.IntegrationTests;

/// <summary>Containers on a real Docker engine, with ordinary labels only, while a loader runs.</summary>
public sealed class ContainersTests
{
    private static readonly TimeSpan FollowedWithin = TimeSpan.FromSeconds(2);

    private const string DockerStatic = """
        entryPoints:
          web:
            address: "127.0.0.1:{web}"
          traefik:
            address: "127.0.0.1:{api}"
        api:
          insecure: true
        ping: {}
        providers:
          docker:
            endpoint: "ENDPOINT"
            exposedByDefault: false

        """;

    [DockerFact]
    public async Task ContainersAreFollowedWithoutAFailedRequestOnTheOthers()
    {
        await using var engine = await DockerDaemon.StartAsync();
        await engine.ServeAsync("plain", "plain", Labels("plain", "Host(`plain.test`)"));
        await engine.ServeAsync("shop-1", "shop one", Labels("shop", "Host(`shop.test`)"));
        await engine.ServeAsync("shop-2", "shop two", Labels("shop", "Host(`shop.test`)"));
        string[] strip = ["traefik.http.routers.docs.middlewares=no-docs", "traefik.http.middlewares.no-docs.stripprefix.prefixes=/docs"];
        await engine.ServeAsync("docs", "docs", [.. Labels("docs", "Host(`plain.test`) && PathPrefix(`/docs`)"), .. strip]);
        await using var proxy = await ProxyProcess.StartAsync(new ProxySetup { Static = DockerStatic.Replace("ENDPOINT", engine.Host, StringComparison.Ordinal) });
        await AnswersAsync(proxy, "plain.test", "/", "plain");
        await AnswersAsync(proxy, "plain.test", "/docs", "docs");
        await AnswersAsync(proxy, "shop.test", "/", "shop one");
        await AnswersAsync(proxy, "shop.test", "/", "shop two");

        await using var loader = Loader.Start(proxy, ("plain.test", "/"), ("plain.test", "/docs"));

        await engine.DockerAsync("stop", "shop-1");
        await Eventually.HoldsAsync("the stopped container is left out", () => OnlyAsync(proxy, "shop.test", "shop two"), FollowedWithin);

        await engine.ServeAsync("late", "late", Labels("late", "Host(`late.test`)"));
        await AnswersAsync(proxy, "late.test", "/", "late", FollowedWithin);

        await engine.RemoveAsync("late");
        await engine.ServeAsync("late", "late again", Labels("late", "Host(`moved.test`)"));
        await AnswersAsync(proxy, "moved.test", "/", "late again", FollowedWithin);
        await Eventually.HoldsAsync("the old rule is gone", async () => await BodyAsync(proxy, "late.test", "/") is null, FollowedWithin);

        await engine.DockerAsync("start", "shop-1");
        await AnswersAsync(proxy, "shop.test", "/", "shop one", FollowedWithin);

        Assert.True(loader.Requests > 100, $"the loader sent {loader.Requests} requests");
        Assert.Empty(loader.Failures);
    }

    private static string[] Labels(string router, string rule) =>
        ["traefik.enable=true", $"traefik.http.routers.{router}.rule={rule}", $"traefik.http.services.{router}.loadbalancer.server.port=80"];

    private static async Task<string?> BodyAsync(ProxyProcess proxy, string host, string path)
    {
        // A request to a container that is gone hangs until the connection attempt fails; the next one may already go elsewhere.
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        try
        {
            using var answer = await proxy.GetAsync(host, path, patience.Token);
            return answer.IsSuccessStatusCode ? (await answer.Content.ReadAsStringAsync(patience.Token)).Trim() : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static Task AnswersAsync(ProxyProcess proxy, string host, string path, string body, TimeSpan? limit = null) =>
        Eventually.HoldsAsync($"{host}{path} answers \"{body}\"", async () => await BodyAsync(proxy, host, path) == body, limit);

    private static async Task<bool> OnlyAsync(ProxyProcess proxy, string host, string body)
    {
        for (var request = 0; request < 4; request++)
        {
            if (await BodyAsync(proxy, host, "/") != body)
            {
                return false;
            }
        }

        return true;
    }
}
