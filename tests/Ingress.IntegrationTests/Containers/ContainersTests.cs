using Ingress.Testing;

namespace Ingress.IntegrationTests.Containers;

/// <summary>Containers on a real Docker engine, with ordinary labels only, while a loader runs.</summary>
[Collection(DockerProxy.OneAtATime)]
public sealed class ContainersTests
{
    [DockerFact]
    public async Task ContainersAreFollowedWithoutAFailedRequestOnTheOthers()
    {
        await using var engine = await DockerDaemon.StartAsync();
        await engine.ServeAsync("plain", "plain", DockerProxy.Labels("plain", "Host(`plain.test`)"));
        await engine.ServeAsync("shop-1", "shop one", DockerProxy.Labels("shop", "Host(`shop.test`)"));
        await engine.ServeAsync("shop-2", "shop two", DockerProxy.Labels("shop", "Host(`shop.test`)"));
        string[] strip = ["traefik.http.routers.docs.middlewares=no-docs", "traefik.http.middlewares.no-docs.stripprefix.prefixes=/docs"];
        await engine.ServeAsync("docs", "docs", [.. DockerProxy.Labels("docs", "Host(`plain.test`) && PathPrefix(`/docs`)"), .. strip]);
        await using var proxy = await DockerProxy.StartAsync(engine, DockerProxy.ShortThrottle);
        await proxy.AnswersAsync("plain.test", "/", "plain");
        await proxy.AnswersAsync("plain.test", "/docs", "docs");
        await proxy.AnswersAsync("shop.test", "/", "shop one");
        await proxy.AnswersAsync("shop.test", "/", "shop two");

        await using var loader = Loader.Start(proxy, ("plain.test", "/"), ("plain.test", "/docs"));

        await engine.DockerAsync("stop", "shop-1");
        await proxy.AnswersOnlyAsync("shop.test", "shop two", DockerProxy.FollowedWithin);

        await engine.ServeAsync("late", "late", DockerProxy.Labels("late", "Host(`late.test`)"));
        await proxy.AnswersAsync("late.test", "/", "late", DockerProxy.FollowedWithin);

        await engine.RemoveAsync("late");
        await engine.ServeAsync("late", "late again", DockerProxy.Labels("late", "Host(`moved.test`)"));
        await proxy.AnswersAsync("moved.test", "/", "late again", DockerProxy.FollowedWithin);
        await proxy.IsGoneAsync("late.test", DockerProxy.FollowedWithin);

        await engine.DockerAsync("start", "shop-1");
        await proxy.AnswersAsync("shop.test", "/", "shop one", DockerProxy.FollowedWithin);

        Assert.True(loader.Requests > 100, $"the loader sent {loader.Requests} requests");
        Assert.Empty(loader.Failures);
    }
}
