using System.Collections.Concurrent;
using Ingress.Providers.Docker;
using Ingress.Providers.DockerEngine;
using Ingress.Providers.Swarm;
using Ingress.Proxy;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Extensibility;
using Ingress.Testing;
using Microsoft.AspNetCore.Http;

namespace Ingress.Providers.Tests.Docker;

/// <summary>How often an engine is asked, seen from the engine.</summary>
public sealed class FollowingTests : IConfigurationSink
{
    private static readonly DecoderSettings Decoding = new() { Catalogs = ProxyCatalogs.All };

    private readonly ConcurrentQueue<ProviderMessage> published = new();

    void IConfigurationSink.Publish(ProviderMessage message) => published.Enqueue(message);

    [Fact]
    public async Task WithoutWatchingDockerIsReadOnce()
    {
        await using var engine = await Backend.StartAsync("engine", AnswerAsync);
        await Docker(engine, watch: false).RunAsync(this, CancellationToken.None);

        Assert.Equal(["/version", "/v1.41/containers/json"], engine.Seen.Select(Path));
        Assert.Single(published);
    }

    [Fact]
    public async Task DockersEventsAreFollowedFromTheStart()
    {
        await using var engine = await Backend.StartAsync("engine", AnswerAsync);
        using var end = new CancellationTokenSource();
        var run = Docker(engine, watch: true).RunAsync(this, end.Token);
        await Eventually.HoldsAsync("events are asked for", () => engine.Seen.Any(request => Path(request) == "/v1.41/events"));
        await end.CancelAsync();
        await run;

        Assert.Single(published);
    }

    [Fact]
    public async Task WithoutWatchingSwarmIsReadOnce()
    {
        await using var engine = await Backend.StartAsync("engine", AnswerAsync);
        await Swarm(engine, new SwarmProviderOptions { Watch = false }).RunAsync(this, CancellationToken.None);

        Assert.Equal(["/version", "/v1.41/services", "/v1.41/networks", "/v1.41/tasks"], engine.Seen.Select(Path));
    }

    [Fact]
    public async Task SwarmIsReadAnewAfterEveryRefresh()
    {
        await using var engine = await Backend.StartAsync("engine", AnswerAsync);
        using var end = new CancellationTokenSource();
        var run = Swarm(engine, new SwarmProviderOptions { RefreshSeconds = GoDuration.FromMilliseconds(20) }).RunAsync(this, end.Token);
        await Eventually.HoldsAsync("services are read three times", () => engine.Seen.Count(request => Path(request) == "/v1.41/services") >= 3);
        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private static DockerProvider Docker(Backend engine, bool watch)
    {
        var options = new DockerProviderOptions { Endpoint = "tcp://127.0.0.1:" + engine.Port, Watch = watch };
        return new DockerProvider(new FollowedEngine("docker", options, EngineEndpoint.From(options, _ => null), ""), Decoding, TimeSpan.Zero, TimeProvider.System, new LogCollector().CreateLogger("docker"));
    }

    private static SwarmProvider Swarm(Backend engine, SwarmProviderOptions options) =>
        new(options with { Endpoint = "tcp://127.0.0.1:" + engine.Port }, Decoding, TimeProvider.System, new LogCollector().CreateLogger("swarm"));

    private static string Path(SeenRequest request) => request.Target.Split('?')[0];

    private static async Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        if (context.Request.Path.Value!.EndsWith("/events", StringComparison.Ordinal))
        {
            await context.Response.StartAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }

        await context.Response.WriteAsync(context.Request.Path.Value.EndsWith("/version", StringComparison.Ordinal) ? """{"Version":"1","ApiVersion":"1.41","MinAPIVersion":"1.12"}""" : "[]");
    }
}
