using System.Net;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Containers;

/// <summary>A container of a Compose service is replaced by a newer one that is started beside it.</summary>
[Collection(DockerProxy.OneAtATime)]
public sealed class ReplacementTests
{
    [DockerFact]
    public async Task TheNewContainerServesOnceItIsHealthyAndTheOldOneFinishesWhatItHasBegun()
    {
        await using var engine = await DockerDaemon.StartAsync();
        await engine.RunAsync(Version("old"));
        await engine.RunAsync(Version("job") with { Labels = [.. Version("job").Labels, "com.docker.compose.oneoff=True"] });
        await using var proxy = await DockerProxy.StartAsync(engine, DockerProxy.ShortThrottle);
        await proxy.AnswersAsync("shop.test", "/", "old");
        await using var loader = Loader.Start(proxy, ("shop.test", "/"));

        await engine.RunAsync(Version("new") with { Options = ["--health-cmd", "test -f /ready", "--health-interval", "500ms", "--health-retries", "100"] });
        await Eventually.HoldsAsync("the new container is known", async () => (await proxy.FindingsAsync("new")).Any(), DockerProxy.FollowedWithin);
        await proxy.AnswersOnlyAsync("shop.test", "old", TimeSpan.Zero);
        Assert.Equal("ignored: health is starting", Assert.Single(await proxy.FindingsAsync("new")));
        Assert.Equal("ignored: a one-off container of compose run", Assert.Single(await proxy.FindingsAsync("job")));

        var slow = proxy.GetAsync("shop.test", "/cgi-bin/slow");
        await engine.DockerAsync("exec", "new", "/bin/busybox", "touch", "/ready");
        await proxy.AnswersAsync("shop.test", "/", "new", TimeSpan.FromSeconds(5));

        var stopping = engine.DockerAsync("stop", "--time", "8", "old");
        await Eventually.HoldsAsync("the old container is told to end", () => IsLeavingAsync(proxy, "old"), TimeSpan.FromSeconds(6));
        await proxy.AnswersOnlyAsync("shop.test", "new", DockerProxy.FollowedWithin);
        Assert.False(stopping.IsCompleted, "the old container ended before its requests were led elsewhere");

        using var answer = await slow;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("1\n2\n3\n4\ndone\n", await answer.Content.ReadAsStringAsync());
        await stopping;
        Assert.Empty(loader.Failures);
    }

    private static async Task<bool> IsLeavingAsync(ProxyProcess proxy, string container) =>
        (await proxy.FindingsAsync(container)).Any(text => text.StartsWith("used: told to end", StringComparison.Ordinal));

    /// <summary>A version of the service <c>shop</c>, which differs from the other versions in a middleware too.</summary>
    private static ContainerSetup Version(string name) => new()
    {
        Name = name,
        Labels =
        [
            .. DockerProxy.Labels("shop", "Host(`shop.test`)"),
            "traefik.http.routers.shop.middlewares=shop",
            "traefik.http.middlewares.shop.headers.customresponseheaders.X-Version=" + name,
            "com.docker.compose.project=store",
            "com.docker.compose.service=shop",
            "com.docker.compose.config-hash=" + name,
        ],
    };
}
