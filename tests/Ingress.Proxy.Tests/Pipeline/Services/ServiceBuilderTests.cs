using System.Net;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Pipeline.Services;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Pipeline.Services;

public sealed class ServiceBuilderTests
{
    [Fact]
    public async Task ACycleIsToldWithItsWay()
    {
        var fault = await FaultOfAsync(new() { ["main"] = Weighted("other"), ["other"] = Weighted("main") });
        Assert.Equal(
            "building HTTP service \"other\": building HTTP service \"main\": could not instantiate service main@file: recursion detected in service:main@file->service:other@file->service:main@file",
            fault);
    }

    [Fact]
    public async Task AMissingChildIsNamed() => Assert.Equal("building HTTP service \"nowhere\": the service \"nowhere@file\" does not exist", await FaultOfAsync(new() { ["main"] = Weighted("nowhere") }));

    [Fact]
    public async Task AServiceWithoutATypeIsRefused() => Assert.Equal("the service \"main@file\" does not have any type defined", await FaultOfAsync(new() { ["main"] = new HttpServiceConfig() }));

    [Fact]
    public async Task TwoTypesAreRefused()
    {
        var both = ServiceHost.Balancing("http://h") with { Weighted = new WeightedOptions() };
        Assert.Equal("cannot create service: multi-types service not supported, consider declaring two different pieces of service instead", await FaultOfAsync(new() { ["main"] = both }));
    }

    [Fact]
    public async Task FailoverNeedsAWatchedMainService()
    {
        var services = new Dictionary<string, HttpServiceConfig>
        {
            ["main"] = new() { Failover = new FailoverOptions { Service = "a", Fallback = "b" } },
            ["a"] = ServiceHost.Balancing("http://h"),
            ["b"] = ServiceHost.Balancing("http://h"),
        };
        Assert.Equal("cannot register a as updater for main@file: healthCheck not enabled in config for this WRR service", await FaultOfAsync(services));
    }

    [Fact]
    public async Task MirrorsWantAPercentage()
    {
        var services = new Dictionary<string, HttpServiceConfig>
        {
            ["main"] = new() { Mirroring = new MirroringOptions { Service = "a", Mirrors = [new MirrorOptions { Name = "a", Percent = 101 }] } },
            ["a"] = ServiceHost.Balancing("http://h"),
        };
        Assert.Equal("percent must be between 0 and 100", await FaultOfAsync(services));
    }

    [Fact]
    public async Task AFailedAnswerIsReplacedByTheFallbacksWithTheSameBody()
    {
        await using var bad = await Backend.StartAsync("bad", context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var good = await Backend.StartAsync("good");
        await using var host = await ServiceHost.StartAsync(new Dictionary<string, HttpServiceConfig>
        {
            ["main"] = new() { Failover = new FailoverOptions { Service = "bad", Fallback = "good", Errors = new FailoverErrorsOptions { Status = ["500-599"], MaxRequestBodyBytes = 10 } } },
            ["bad"] = ServiceHost.Balancing(bad.Url),
            ["good"] = ServiceHost.Balancing(good.Url),
        });
        using var small = new StringContent("0123456789");
        using var answer = await host.Client.PostAsync("/p", small);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("0123456789", good.Seen.Single().Body);
        using var large = new StringContent("0123456789x");
        using var refused = await host.Client.PostAsync("/p", large);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
    }

    [Fact]
    public async Task AMirrorGetsTheRequestAndTheClientTheMainAnswer()
    {
        await using var main = await Backend.StartAsync("main");
        await using var mirror = await Backend.StartAsync("mirror");
        await using var host = await ServiceHost.StartAsync(new Dictionary<string, HttpServiceConfig>
        {
            ["main"] = new() { Mirroring = new MirroringOptions { Service = "a", Mirrors = [new MirrorOptions { Name = "b", Percent = 50 }] } },
            ["a"] = ServiceHost.Balancing(main.Url),
            ["b"] = ServiceHost.Balancing(mirror.Url),
        });
        for (var i = 0; i < 4; i++)
        {
            using var content = new StringContent("body");
            using var answer = await host.Client.PostAsync("/x?y=1", content);
            Assert.Contains("main", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await Eventually.HoldsAsync("the mirror has its half", () => mirror.Seen.Count == 2);
        Assert.All(mirror.Seen, request => Assert.Equal(("POST", "/x?y=1", "body"), (request.Method, request.Target, request.Body)));
    }

    private static HttpServiceConfig Weighted(params string[] names) => new() { Weighted = new WeightedOptions { Services = [.. names.Select(name => new WeightedChild { Name = name })] } };

    private static async Task<string> FaultOfAsync(Dictionary<string, HttpServiceConfig> services)
        => (await Assert.ThrowsAsync<ConfigurationException>(() => ServiceHost.StartAsync(services))).Message;
}
