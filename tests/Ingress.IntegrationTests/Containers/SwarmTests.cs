using System.Text.Json.Nodes;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Containers;

/// <summary>Services of a real Swarm of one node; the proxy runs inside of their overlay network, as its own container would.</summary>
[Collection(DockerProxy.OneAtATime)]
public sealed class SwarmTests
{
    private const string Static = """
        entryPoints:
          web:
            address: ":{web}"
          traefik:
            address: ":{api}"
        api:
          insecure: true
        ping: {}
        providers:
          providersThrottleDuration: 300ms
          swarm:
            endpoint: "ENDPOINT"
            exposedByDefault: false

        """;

    [DockerFact]
    public async Task ServicesAreFollowedThroughARollingUpdateWithoutAFailedRequest()
    {
        await using var engine = await DockerDaemon.StartAsync();
        var (wrapper, address) = await engine.BecomeSwarmAsync();
        await engine.CreateServiceAsync(Service("steady", "--replicas", "2"));
        await engine.CreateServiceAsync(Service("robin", "--replicas", "2", "--endpoint-mode", "dnsrr"));
        await engine.CreateServiceAsync(Service("rolling", ["--replicas", "2", "--update-order", "start-first", "--update-delay", "1s", "--update-monitor", "1s", .. ContainerSetup.HealthChecked]));
        await engine.CreateServiceAsync(Service("virtual") with { Labels = [.. Service("virtual").Labels, "traefik.swarm.lbswarm=true"] });
        await engine.CreateServiceAsync(Service("older") with { Labels = [.. Service("older").Labels, "traefik.docker.lbswarm=true"] });
        await using var proxy = await ProxyProcess.StartAsync(new ProxySetup
        {
            Static = Static.Replace("ENDPOINT", engine.Host, StringComparison.Ordinal),
            Wrapper = wrapper,
            Address = address,
        });

        foreach (var name in (string[])["steady", "robin", "rolling"])
        {
            await Eventually.HoldsAsync(name + " has two servers", async () => (await ServersAsync(proxy, name)).Count == 2, TimeSpan.FromSeconds(30));
            await proxy.AnswersAsync(name + ".test", "/", name);
        }

        foreach (var name in (string[])["virtual", "older"])
        {
            var addresses = JsonNode.Parse(await engine.DockerAsync("service", "inspect", "--format", "{{json .Endpoint.VirtualIPs}}", name))!.AsArray();
            Assert.Equal($"http://{((string)Assert.Single(addresses)!["Addr"]!).Split('/')[0]}:80", Assert.Single(await ServersAsync(proxy, name)));
        }

        await using var loader = Loader.Start(proxy, ("steady.test", "/"), ("robin.test", "/"), ("rolling.test", "/"));
        var before = await ServersAsync(proxy, "rolling");
        await engine.DockerAsync("service", "update", "--detach", "--force", "rolling");
        await Eventually.HoldsAsync(
            "both tasks are replaced",
            async () => await ServersAsync(proxy, "rolling") is { Count: 2 } servers && !servers.Intersect(before).Any(),
            TimeSpan.FromSeconds(40));

        await engine.DockerAsync("service", "update", "--detach", "--label-add", "traefik.http.routers.virtual.rule=Host(`moved.test`)", "virtual");
        await Eventually.HoldsAsync("the new rule holds", async () => await RuleAsync(proxy, "virtual") == "Host(`moved.test`)", DockerProxy.FollowedWithin);
        await engine.DockerAsync("service", "rm", "older");
        await Eventually.HoldsAsync("the removed service is gone", async () => await RuleAsync(proxy, "older") is null, DockerProxy.FollowedWithin);

        Assert.True(loader.Requests > 300, $"the loader sent {loader.Requests} requests");
        Assert.Empty(loader.Failures);
    }

    private static ContainerSetup Service(string name, params string[] options) => new()
    {
        Name = name,
        Labels = DockerProxy.Labels(name, $"Host(`{name}.test`)"),
        Options = options,
    };

    private static async Task<IReadOnlyList<string>> ServersAsync(ProxyProcess proxy, string service) =>
        (await proxy.RawDataAsync())["services"]![service + "@swarm"]?["loadBalancer"]?["servers"] is JsonArray servers
            ? [.. servers.Select(server => (string)server!["url"]!)]
            : [];

    private static async Task<string?> RuleAsync(ProxyProcess proxy, string router) => (string?)(await proxy.RawDataAsync())["routers"]?[router + "@swarm"]?["rule"];
}
