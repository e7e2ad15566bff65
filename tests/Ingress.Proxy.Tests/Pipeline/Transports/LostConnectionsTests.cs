using System.Net;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Tests.Pipeline.Services;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Pipeline.Transports;

/// <summary>What clients and the log see of servers that misbehave in HTTP/2.</summary>
public sealed class LostConnectionsTests
{
    [Fact]
    public async Task ARefusedConnectionIsABadGateway()
    {
        var port = FreePort.Next();
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing($"h2c://127.0.0.1:{port}"));
        using var answer = await host.Client.GetAsync("/");
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains(host.Log.Lines, line => line.Message.Contains($"127.0.0.1:{port} of main@file failed with 502: Connection refused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AServerThatHangsIsAGatewayTimeout()
    {
        await using var backend = Start(async (connection, _) => await connection.HangAsync());
        await using var host = await StartInTimeAsync(backend);
        using var answer = await host.Client.GetAsync("/");
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.Contains(host.Log.Lines, line => line.Message.Contains("failed with 504: no answer within 0.3 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AResetInsideTheHeadIsABadGateway()
    {
        await using var backend = Start(async (connection, stream) =>
        {
            await connection.WriteAsync(Http2Frames.Head(stream, 10)[..^3]);
            connection.Reset();
        });
        await using var host = await StartAsync(backend);
        using var content = new StringContent("x");
        using var answer = await host.Client.PostAsync("/", content);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal(ForwardOutcome.SentAndFailed, host.LastState!.Outcome);
        Assert.Equal(1, backend.Connections);
    }

    [Theory]
    [InlineData("abc", false)]
    [InlineData("abc", true)]
    [InlineData("abcdefghijkl", true)]
    public async Task ABodyOfAnotherLengthThanSaidIsNotTakenForWhole(string body, bool isEnded)
    {
        await using var backend = Start(async (connection, stream) =>
        {
            await connection.WriteAsync(Http2Frames.Head(stream, 10) + Http2Frames.Body(stream, body, isEnded));
            if (!isEnded)
            {
                connection.Reset();
            }
        });
        await using var host = await StartAsync(backend);
        await Assert.ThrowsAnyAsync<Exception>(() => host.Client.GetStringAsync("/"));
    }

    [Fact]
    public async Task GarbageIsAnError()
    {
        await using var backend = FaultyBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("this is not a frame of any kind\r\n\r\n");
            await connection.ReadSomeAsync();
        });
        await using var host = await StartAsync(backend);
        using var answer = await host.Client.GetAsync("/");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    [Fact]
    public async Task AConnectionThatTheServerHasClosedIsInvisibleToIdempotentRequests()
    {
        await using var backend = ThatResetsAtTheSecondRequest();
        await using var host = await StartAsync(backend);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("ok", await host.Client.GetStringAsync("/"));
        }

        Assert.True(backend.Connections >= 20);
    }

    [Fact]
    public async Task WhatIsNotIdempotentIsNotSentTwice()
    {
        await using var backend = ThatResetsAtTheSecondRequest();
        await using var host = await StartAsync(backend);
        Assert.Equal("ok", await host.Client.GetStringAsync("/"));
        using var content = new StringContent("x");
        using var answer = await host.Client.PostAsync("/", content);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal(1, backend.Connections);
    }

    private static FaultyBackend ThatResetsAtTheSecondRequest() => FaultyBackend.Start(async connection =>
    {
        await connection.OpenHttp2Async();
        var stream = await connection.ReadHttp2RequestAsync();
        await connection.WriteAsync(Http2Frames.Head(stream, 2) + Http2Frames.Body(stream, "ok", isLast: true));
        await connection.ReadHttp2RequestAsync();
        connection.Reset();
    });

    private static FaultyBackend Start(Func<FaultyConnection, int, Task> answer) => FaultyBackend.Start(async connection =>
    {
        await connection.OpenHttp2Async();
        await answer(connection, await connection.ReadHttp2RequestAsync());
    });

    private static Task<ServiceHost> StartAsync(FaultyBackend backend) => ServiceHost.StartAsync(ServiceHost.Balancing($"h2c://127.0.0.1:{backend.Port}"));

    private static Task<ServiceHost> StartInTimeAsync(FaultyBackend backend)
    {
        var service = ServiceHost.Balancing($"h2c://127.0.0.1:{backend.Port}");
        var timeouts = new ForwardingTimeoutsConfig { ResponseHeaderTimeout = GoDuration.FromMilliseconds(300) };
        return ServiceHost.StartAsync(
            service with { LoadBalancer = service.LoadBalancer! with { ServersTransport = "quick" } },
            new() { ["quick"] = new ServersTransportConfig { ForwardingTimeouts = timeouts } });
    }
}
