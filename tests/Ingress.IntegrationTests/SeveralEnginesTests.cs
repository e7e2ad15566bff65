using System.Text.Json.Nodes;
using Ingress.IntegrationTests.Containers;
using Ingress.Testing;

namespace Ingress.IntegrationTests;

/// <summary>One proxy before two real engines: its own machine's and another machine's, whose containers are reached at published ports.</summary>
public sealed class SeveralEnginesTests
{
    private const string SecondEngine = """
            hosts:
              nas:
                endpoint: "NAS"
                address: "127.0.0.1"
                defaultRule: "Host(`{{ .Name }}.nas.test`)"

        """;

    [DockerFact]
    public async Task ContainersOfAllEnginesAreServedAndOneEngineAwayDoesNotTouchTheOthers()
    {
        var engines = await Task.WhenAll(DockerDaemon.StartAsync(), DockerDaemon.StartAsync());
        await using var main = engines[0];
        await using var nas = engines[1];
        await main.ServeAsync("shop", "shop of main", "traefik.enable=true", "traefik.http.routers.shop.rule=Host(`shop.test`)");
        await nas.RunAsync(new ContainerSetup { Name = "shop", Answer = "shop of nas", Labels = ["traefik.enable=true"], Options = ["--publish", "127.0.0.1::80"] });
        await nas.ServeAsync("hidden", "hidden", "traefik.enable=true");
        await using var proxy = await DockerProxy.StartAsync(main, SecondEngine.Replace("NAS", nas.Host, StringComparison.Ordinal));
        await proxy.AnswersAsync("shop.test", "/", "shop of main");
        await proxy.AnswersAsync("shop.nas.test", "/", "shop of nas");
        var routers = await proxy.RoutersAsync();
        Assert.Contains("shop@docker", routers);
        Assert.Contains("shop@docker-nas", routers);
        var discovery = await DiscoveryAsync(proxy);
        Assert.Contains(discovery, finding => finding is { Provider: "docker", Subject: "shop", Outcome: "used" });
        Assert.Contains(discovery, finding => finding is { Provider: "docker-nas", Subject: "shop", Outcome: "used" });
        Assert.Contains(discovery, finding => finding is { Provider: "docker-nas", Subject: "hidden", Outcome: "rejected" } && finding.Reason.Contains("does not publish", StringComparison.Ordinal));

        await nas.StopEngineAsync();
        await Eventually.HoldsAsync("the engine's absence is told", async () => (await DiscoveryAsync(proxy)).Any(finding => finding is { Provider: "docker-nas", Subject: "engine", Outcome: "warning" }));
        await main.ServeAsync("late", "late", "traefik.enable=true", "traefik.http.routers.late.rule=Host(`late.test`)");
        await proxy.AnswersAsync("late.test", "/", "late");
        Assert.DoesNotContain(await DiscoveryAsync(proxy), finding => finding is { Provider: "docker", Subject: "engine" });
        await proxy.AnswersAsync("shop.test", "/", "shop of main");
    }

    private static async Task<List<Finding>> DiscoveryAsync(ProxyProcess proxy) =>
    [
        .. JsonNode.Parse(await proxy.Client.GetStringAsync(new Uri(proxy.Api, "/api/ingress/discovery")))!.AsArray()
            .Select(item => new Finding((string)item!["provider"]!, (string)item["subject"]!, (string)item["outcome"]!, (string)item["reason"]!)),
    ];

    private sealed record Finding(string Provider, string Subject, string Outcome, string Reason);
}
