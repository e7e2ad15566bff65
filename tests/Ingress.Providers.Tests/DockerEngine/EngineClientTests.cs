using Docker.DotNet.Models;
using Ingress.Providers.DockerEngine;
using Ingress.Testing;
using Microsoft.AspNetCore.Http;

namespace Ingress.Providers.Tests.DockerEngine;

public sealed class EngineClientTests
{
    [Theory]
    [InlineData("1.24", "1.12", "1.24")]
    [InlineData("1.41", "1.12", "1.41")]
    [InlineData("1.52", "1.44", "1.52")]
    [InlineData("1.60", "1.44", "1.52")]
    [InlineData("1.70", "1.54", "1.54")]
    [InlineData("1.41", "", "1.41")]
    [InlineData("", "", null)]
    public async Task TheVersionIsAgreedOnDownwardsAndUpwards(string newest, string oldest, string? expected)
    {
        await using var engine = await Backend.StartAsync("engine", context => AnswerAsync(context, newest, oldest));
        using var client = await EngineClient.ConnectAsync(At(engine), CancellationToken.None);
        await client.AskAsync(token => client.Api.Containers.ListContainersAsync(new ContainersListParameters(), token), CancellationToken.None);

        Assert.Equal(expected, client.Version?.ToString());
        Assert.StartsWith(expected is null ? "/containers/json" : $"/v{expected}/containers/json", engine.Seen.Last().Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AGivenVersionIsUsedWithoutAsking()
    {
        await using var engine = await Backend.StartAsync("engine", context => AnswerAsync(context, "1.50", ""));
        using var client = await EngineClient.ConnectAsync(At(engine) with { ApiVersion = new System.Version(1, 40) }, CancellationToken.None);
        await client.AskAsync(token => client.Api.Containers.ListContainersAsync(new ContainersListParameters(), token), CancellationToken.None);

        Assert.StartsWith("/v1.40/containers/json", Assert.Single(engine.Seen).Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryRequestSaysWhoAsks()
    {
        await using var engine = await Backend.StartAsync("engine", context => AnswerAsync(context, "1.41", "1.12"));
        using var client = await EngineClient.ConnectAsync(At(engine) with { Authorization = "Basic dTpw" }, CancellationToken.None);
        await client.AskAsync(token => client.Api.Containers.ListContainersAsync(new ContainersListParameters(), token), CancellationToken.None);

        Assert.Equal(2, engine.Seen.Count);
        Assert.All(engine.Seen, request => Assert.Equal("Basic dTpw", request.Header("Authorization")));
        Assert.All(engine.Seen, request => Assert.Contains("Ingress/", request.Header("User-Agent"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnEngineThatDoesNotAnswerInTimeIsGivenUp()
    {
        await using var engine = await Backend.StartAsync("engine", context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => EngineClient.ConnectAsync(At(engine) with { Timeout = TimeSpan.FromMilliseconds(50) }, CancellationToken.None));

        Assert.Contains("httpClientTimeout", exception.Message, StringComparison.Ordinal);
    }

    private static EngineEndpoint At(Backend engine) => EngineEndpoint.At("tcp://127.0.0.1:" + engine.Port, null);

    private static Task AnswerAsync(HttpContext context, string newest, string oldest)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(context.Request.Path.Value!.EndsWith("/version", StringComparison.Ordinal)
            ? $$"""{"Version":"1","ApiVersion":"{{newest}}","MinAPIVersion":"{{oldest}}"}"""
            : "[]");
    }
}
