using System.Net;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Pipeline.Services;
using Ingress.Proxy.Pipeline.Services.Health;
using Ingress.Testing;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tests.Pipeline.Services;

public sealed class LoadBalancerTests
{
    [Fact]
    public async Task WithoutServersTheAnswerIs503()
    {
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing());
        using var answer = await host.Client.GetAsync("/");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("no available server\n", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task AStickyClientStaysAndOldCookiesAreRewritten()
    {
        await using var a = await Backend.StartAsync("a");
        await using var b = await Backend.StartAsync("b");
        var service = ServiceHost.Balancing(a.Url, b.Url);
        service = service with { LoadBalancer = service.LoadBalancer! with { Sticky = new StickyOptions { Cookie = new StickyCookieOptions { Name = "lb" } } } };
        await using var host = await ServiceHost.StartAsync(service);
        using var first = await AskAsync(host, null);
        var cookie = first.Headers.GetValues("Set-Cookie").Single();
        var seen = a.Seen.Count;
        for (var i = 0; i < 4; i++)
        {
            using var again = await AskAsync(host, cookie.Split(';')[0]);
            Assert.False(again.Headers.Contains("Set-Cookie"));
        }

        Assert.Equal(seen == 1 ? 5 : 0, a.Seen.Count);
        using var old = await AskAsync(host, "lb=" + b.Url);
        Assert.StartsWith("lb=", old.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        Assert.Equal("lb", host.Configuration.HttpServices["main@file"].Config.LoadBalancer!.Sticky!.Cookie!.Name);
    }

    [Fact]
    public async Task AProbedServerThatFailsIsLeftOutAndToldOnceAndComesBack()
    {
        var isWell = false;
        await using var backend = await Backend.StartAsync(answer: context =>
        {
            context.Response.StatusCode = Volatile.Read(ref isWell) ? 200 : 500;
            return Task.CompletedTask;
        });
        var check = new HealthCheckOptions { Path = "/hc", Interval = GoDuration.FromMilliseconds(50), Timeout = GoDuration.FromSeconds(2) };
        var service = ServiceHost.Balancing(backend.Url);
        service = service with { LoadBalancer = service.LoadBalancer! with { HealthCheck = check } };
        await using var host = await ServiceHost.StartAsync(service);
        await Eventually.HoldsAsync("the server is out", () => StatusIsAsync(host, HttpStatusCode.ServiceUnavailable));
        await Eventually.HoldsAsync("the API shows it", () => !host.Configuration.HttpServices["main@file"].Servers[backend.Url]);
        await Eventually.HoldsAsync("it was probed again", () => backend.Seen.Count > 4);
        Assert.Single(host.Log.Lines, line => line.Level == LogLevel.Warning && line.Message.Contains("answered 500", StringComparison.Ordinal));

        // Health outlives a reload that did not touch the service.
        host.Load(new() { ["main"] = service });
        Assert.True(await StatusIsAsync(host, HttpStatusCode.ServiceUnavailable));
        Volatile.Write(ref isWell, true);
        await Eventually.HoldsAsync("the server is back", () => StatusIsAsync(host, HttpStatusCode.OK));
    }

    [Fact]
    public async Task FailedRequestsTakeAServerOut()
    {
        await using var good = await Backend.StartAsync("good");
        var service = ServiceHost.Balancing(good.Url, $"http://127.0.0.1:{FreePort.Next()}");
        service = service with { LoadBalancer = service.LoadBalancer! with { PassiveHealthCheck = new PassiveHealthCheckOptions { FailureWindow = GoDuration.FromSeconds(60) } } };
        await using var host = await ServiceHost.StartAsync(service);
        var failed = 0;
        for (var i = 0; i < 8; i++)
        {
            using var answer = await host.Client.GetAsync("/");
            failed += answer.StatusCode == HttpStatusCode.BadGateway ? 1 : 0;
        }

        Assert.Equal(1, failed);
    }

    [Theory]
    [InlineData("127.0.0.1:80", "error parsing server URL 127.0.0.1:80: parse \"127.0.0.1:80\": first path segment in URL cannot contain colon")]
    [InlineData("http://h:port", "error parsing server URL http://h:port: parse \"http://h:port\": invalid port \":port\" after host")]
    public async Task AServerUrlThatCannotBeReadIsNamed(string url, string expected)
    {
        var fault = await Assert.ThrowsAsync<ConfigurationException>(() => ServiceHost.StartAsync(ServiceHost.Balancing(url)));
        Assert.Equal(expected, fault.Message);
    }

    [Fact]
    public async Task AnUnknownTransportIsNamed()
    {
        var service = ServiceHost.Balancing("http://h");
        service = service with { LoadBalancer = service.LoadBalancer! with { ServersTransport = "nowhere" } };
        var fault = await Assert.ThrowsAsync<ConfigurationException>(() => ServiceHost.StartAsync(service));
        Assert.Equal("error building proxy for server URL http://h: getting RoundTripper: servers transport not found nowhere@file", fault.Message);
    }

    [Fact]
    public async Task ConnectionsOutliveAReload()
    {
        await using var backend = FaultyBackend.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { Length: > 0 })
            {
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        });
        var services = new Dictionary<string, HttpServiceConfig> { ["main"] = ServiceHost.Balancing(backend.Url) };
        await using var host = await ServiceHost.StartAsync(services);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("ok", await host.Client.GetStringAsync("/"));
            host.Load(services);
        }

        Assert.Equal(1, backend.Connections);
    }

    private static async Task<bool> StatusIsAsync(ServiceHost host, HttpStatusCode status)
    {
        using var answer = await host.Client.GetAsync("/");
        return answer.StatusCode == status;
    }

    private static async Task<HttpResponseMessage> AskAsync(ServiceHost host, string? cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        if (cookie is not null)
        {
            request.Headers.TryAddWithoutValidation("Cookie", cookie);
        }

        return await host.Client.SendAsync(request);
    }
}
