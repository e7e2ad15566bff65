using Ingress.Testing;

namespace Ingress.IntegrationTests.Containers;

/// <summary>A real Docker engine that ends and comes back while its containers go on (<c>--live-restore</c>).</summary>
[Collection(DockerProxy.OneAtATime)]
public sealed class OutageTests
{
    [DockerFact]
    public async Task RoutesOutliveTheEngineAndAStartWithoutItServesTheSnapshot()
    {
        await using var engine = await DockerDaemon.StartAsync("--live-restore");
        await engine.ServeAsync("stays", "stays", DockerProxy.Labels("stays", "Host(`stays.test`)"));
        await engine.ServeAsync("leaves", "leaves", DockerProxy.Labels("leaves", "Host(`leaves.test`)"));
        using var folder = new TemporaryFolder();
        var snapshot = $"    snapshot: \"{folder.File("docker.json")}\"\nlog:\n  level: INFO\n";
        await using var proxy = await DockerProxy.StartAsync(engine, snapshot);
        await proxy.AnswersAsync("stays.test", "/", "stays");
        await proxy.AnswersAsync("leaves.test", "/", "leaves");
        await using var loader = Loader.Start(proxy, ("stays.test", "/"));

        await engine.StopEngineAsync();
        await Eventually.HoldsAsync("the API says that the engine is away", async () => (await proxy.FindingsAsync("engine")).Count == 1);
        Assert.Contains("the last configuration stays in force", Assert.Single(await proxy.FindingsAsync("engine")), StringComparison.Ordinal);
        Assert.Equal("leaves", await proxy.BodyAsync("leaves.test"));

        await using (var second = await DockerProxy.StartAsync(engine, snapshot))
        {
            await second.AnswersAsync("leaves.test", "/", "leaves");
            Assert.Contains("are taken from", second.Run.Output, StringComparison.Ordinal);
        }

        await engine.StartEngineAsync();
        await engine.RemoveAsync("leaves");
        await engine.ServeAsync("comes", "comes", DockerProxy.Labels("comes", "Host(`comes.test`)"));
        await proxy.AnswersAsync("comes.test", "/", "comes");
        await proxy.IsGoneAsync("leaves.test");
        await Eventually.HoldsAsync("the log says that the engine is back", () => Lines(proxy, "the engine is back") == 1);

        Assert.Equal(1, Lines(proxy, "provider error"));
        Assert.Empty(await proxy.FindingsAsync("engine"));
        Assert.Empty(loader.Failures);
    }

    private static int Lines(ProxyProcess proxy, string text) => proxy.Run.Output.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));
}
