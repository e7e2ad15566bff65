using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Containers;

/// <summary>A home's 33 containers by name, labels and ports (<c>homelab.json</c>) on a real Docker engine, changed in every usual way while a loader runs.</summary>
[Collection(DockerProxy.OneAtATime)]
public sealed class HomelabTests
{
    private const string Static = """
        entryPoints:
          web:
            address: "127.0.0.1:{web}"
          websecure:
            address: "127.0.0.1:SECURE"
          ssh:
            address: "127.0.0.1:SSH"
          traefik:
            address: "127.0.0.1:{api}"
        api:
          insecure: true
        ping: {}
        providers:
          providersThrottleDuration: 500ms
          file:
            filename: "{dir}/dynamic.yml"
          docker:
            endpoint: "ENDPOINT"
            exposedByDefault: false

        """;

    private const string Dynamic = """
        http:
          middlewares:
            secured:
              headers:
                frameDeny: true

        """;

    private const int Routers = 36;

    private static readonly string[] Changed = ["lidarr", "radarr", "paperless", "deluge", "shop"];
    private static readonly JsonSerializerOptions Spelling = new(JsonSerializerDefaults.Web);

    [DockerFact]
    public async Task EveryUsualChangeShowsWithinTwoSecondsAndNoRequestToTheOthersFails()
    {
        await using var engine = await DockerDaemon.StartAsync();
        await using var proxy = await ProxyProcess.StartAsync(new ProxySetup
        {
            Static = Static.Replace("ENDPOINT", engine.Host, StringComparison.Ordinal).Replace("SECURE", Port(), StringComparison.Ordinal).Replace("SSH", Port(), StringComparison.Ordinal),
            Dynamic = Dynamic,
        });
        var homelab = await StartAsync(engine);
        await Eventually.HoldsAsync("all containers are routed", async () => (await DockerRoutersAsync(proxy)).Count == Routers);
        Assert.All(await DockerRoutersAsync(proxy), router => Assert.Equal("enabled", (string?)router["status"]));
        var apps = await AppsAsync(proxy);
        foreach (var app in apps)
        {
            await proxy.AnswersAsync(app + ".home.test", "/", app == "shop" ? "shop-web-1" : app);
        }

        await proxy.AnswersAsync("home.test", "/sync/", "syncthing");
        await proxy.AnswersAsync("edge.home.test", "/", "portainer");
        await proxy.AnswersAsync("nobody.home.test", "/", "error-pages");

        await using var untouched = Loader.Start(proxy, TimeSpan.FromMilliseconds(40), apps.Except(Changed).Select(app => app + ".home.test"));
        await StopAndStartAsync(engine, proxy);
        await ReplaceAsync(engine, proxy, homelab["radarr"]);
        await FallIllAndRecoverAsync(engine, proxy);
        await RestartTheVpnAsync(engine, proxy);
        await RollAsync(engine, proxy, homelab["shop-web-1"]);

        Assert.True(untouched.Requests > 20 * apps.Count, $"the loader sent {untouched.Requests} requests");
        Assert.Empty(untouched.Failures);
        Assert.Equal(Routers, (await DockerRoutersAsync(proxy)).Count);
    }

    private static string Port() => FreePort.Next().ToString(CultureInfo.InvariantCulture);

    /// <summary>Starts all containers, four at a time; the one whose network another one uses comes first.</summary>
    private static async Task<Dictionary<string, ContainerSetup>> StartAsync(DockerDaemon engine)
    {
        // The one on the host's network needs a port that is free here.
        var text = await File.ReadAllTextAsync(Repository.PathOf("tests/Ingress.IntegrationTests/Containers/homelab.json"));
        var setups = JsonSerializer.Deserialize<ContainerSetup[]>(text.Replace("18123", Port(), StringComparison.Ordinal), Spelling)!;
        await engine.RunAsync(setups.Single(setup => setup.Name == "gluetun"));
        await Parallel.ForEachAsync(
            setups.Where(setup => setup.Name != "gluetun"),
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (setup, _) => await engine.RunAsync(setup));
        return setups.ToDictionary(setup => setup.Name);
    }

    private static async Task<List<JsonNode>> DockerRoutersAsync(ProxyProcess proxy)
    {
        var routers = (JsonObject)(await proxy.RawDataAsync())["routers"]!;
        return [.. routers.Where(router => router.Key.EndsWith("@docker", StringComparison.Ordinal)).Select(router => router.Value!)];
    }

    /// <summary>The names for which there is a router for exactly <c>NAME.home.test</c> on <c>web</c>.</summary>
    private static async Task<List<string>> AppsAsync(ProxyProcess proxy) =>
    [
        .. (await DockerRoutersAsync(proxy))
            .Where(router => router["using"]!.AsArray().Any(entryPoint => (string?)entryPoint == "web"))
            .Select(router => (string)router["rule"]!)
            .Where(rule => rule.StartsWith("Host(`", StringComparison.Ordinal) && rule.EndsWith(".home.test`)", StringComparison.Ordinal))
            .Select(rule => rule["Host(`".Length..^".home.test`)".Length])
            .Where(name => name != "edge"),
    ];

    private static async Task StopAndStartAsync(DockerDaemon engine, ProxyProcess proxy)
    {
        await engine.DockerAsync("stop", "lidarr");
        await proxy.AnswersAsync("lidarr.home.test", "/", "error-pages", DockerProxy.FollowedWithin);
        await engine.DockerAsync("start", "lidarr");
        await proxy.AnswersAsync("lidarr.home.test", "/", "lidarr", DockerProxy.FollowedWithin);
    }

    private static async Task ReplaceAsync(DockerDaemon engine, ProxyProcess proxy, ContainerSetup radarr)
    {
        await engine.RemoveAsync("radarr");
        await engine.RunAsync(radarr with { Labels = [.. radarr.Labels.Select(label => label.Replace("radarr.home.test", "films.home.test", StringComparison.Ordinal))] });
        await proxy.AnswersAsync("films.home.test", "/", "radarr", DockerProxy.FollowedWithin);
        await proxy.AnswersAsync("radarr.home.test", "/", "error-pages", DockerProxy.FollowedWithin);
    }

    private static async Task FallIllAndRecoverAsync(DockerDaemon engine, ProxyProcess proxy)
    {
        Task HasHealthAsync(string health) => Eventually.HoldsAsync(
            "paperless is " + health, async () => await engine.DockerAsync("inspect", "--format", "{{.State.Health.Status}}", "paperless") == health);

        await engine.DockerAsync("exec", "paperless", "/bin/busybox", "touch", "/ill");
        await HasHealthAsync("unhealthy");
        await proxy.AnswersAsync("paperless.home.test", "/", "error-pages", DockerProxy.FollowedWithin);
        Assert.StartsWith("ignored: health is unhealthy since ", Assert.Single(await proxy.FindingsAsync("paperless")), StringComparison.Ordinal);
        await engine.DockerAsync("exec", "paperless", "/bin/busybox", "rm", "/ill");
        await HasHealthAsync("healthy");
        await proxy.AnswersAsync("paperless.home.test", "/", "paperless", DockerProxy.FollowedWithin);
    }

    private static async Task RestartTheVpnAsync(DockerDaemon engine, ProxyProcess proxy)
    {
        await engine.DockerAsync("restart", "gluetun");
        await engine.DockerAsync("restart", "deluge");
        await proxy.AnswersAsync("deluge.home.test", "/", "deluge", DockerProxy.FollowedWithin);
    }

    /// <summary>Two replicas are replaced one after the other, while they are asked themselves.</summary>
    private static async Task RollAsync(DockerDaemon engine, ProxyProcess proxy, ContainerSetup replica)
    {
        await using var visitors = Loader.Start(proxy, ("shop.home.test", "/"));
        foreach (var (older, newer) in ((string, string)[])[("shop-web-1", "shop-web-3"), ("shop-web-2", "shop-web-4")])
        {
            await engine.RunAsync(replica with { Name = newer, Options = ContainerSetup.HealthChecked });
            await proxy.AnswersAsync("shop.home.test", "/", newer);
            await engine.DockerAsync("stop", "--time", "5", older);
        }

        await Eventually.HoldsAsync("only the new replicas serve", async () => await proxy.BodyAsync("shop.home.test") is "shop-web-3" or "shop-web-4", TimeSpan.Zero);
        Assert.Empty(visitors.Failures);
    }
}
