using System.Globalization;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares;
using Ingress.Proxy.Pipeline.Middlewares.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.RateLimiting;

public sealed class RateLimitTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task RefusesWhatIsOverTheRateAndSaysWhenToComeBack()
    {
        var limit = Build(new RateLimitOptions { Average = 1, Period = GoDuration.FromSeconds(10) });
        var first = await AskAsync(limit);
        time.Advance(TimeSpan.FromMilliseconds(1));
        var second = await AskAsync(limit);

        Assert.Equal(200, first.StatusCode);
        Assert.Equal(429, second.StatusCode);
        Assert.Equal("10", second.Headers.RetryAfter);
        Assert.Equal("9.999s", second.Headers["X-Retry-In"]);
        Assert.Equal("Too Many Requests", second.BodyText);
        Assert.Equal(0, second.Headers.ContentType.Count);
    }

    [Fact]
    public async Task ARefusedRequestTakesNoToken()
    {
        var limit = Build(new RateLimitOptions { Average = 1, Period = GoDuration.FromSeconds(10) });
        await AskAsync(limit);
        for (var i = 0; i < 9; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(429, (await AskAsync(limit)).StatusCode);
        }

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await AskAsync(limit)).StatusCode);
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(1, 1)]
    [InlineData(0, 1)]
    public async Task LetsABurstThrough(long burst, int passed)
    {
        var limit = Build(new RateLimitOptions { Average = 1, Period = GoDuration.FromSeconds(60), Burst = burst });
        var statuses = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            statuses.Add((await AskAsync(limit)).StatusCode);
        }

        Assert.Equal(passed, statuses.Count(status => status == 200));
        Assert.Equal(5 - passed, statuses.Count(status => status == 429));
    }

    [Fact]
    public async Task AShortWaitIsWaitedFor()
    {
        var limit = Build(new RateLimitOptions { Average = 4 });
        await AskAsync(limit);
        time.Advance(TimeSpan.FromMilliseconds(150));
        var bench = new MiddlewareBench();
        var waiting = bench.RunAsync(limit);

        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(101));
        await waiting;
        Assert.Equal(200, bench.Response.StatusCode);
    }

    [Fact]
    public async Task AClientThatLeavesWhileItWaitsIsNotServed()
    {
        var limit = Build(new RateLimitOptions { Average = 4 });
        await AskAsync(limit);
        time.Advance(TimeSpan.FromMilliseconds(150));
        var bench = new MiddlewareBench();
        using var gone = new CancellationTokenSource();
        bench.Context.RequestAborted = gone.Token;
        var waiting = bench.RunAsync(limit);
        await gone.CancelAsync();
        await waiting;

        Assert.Equal("", bench.Response.BodyText);
    }

    [Fact]
    public async Task EachSourceHasItsBucket()
    {
        var limit = Build(new RateLimitOptions
        {
            Average = 1,
            Period = GoDuration.FromSeconds(60),
            SourceCriterion = new SourceCriterionOptions { RequestHeaderName = "X-Key" },
        });

        Assert.Equal(200, (await AskAsync(limit, "a")).StatusCode);
        Assert.Equal(429, (await AskAsync(limit, "a")).StatusCode);
        Assert.Equal(200, (await AskAsync(limit, "b")).StatusCode);
    }

    [Fact]
    public async Task WithoutAnAverageThereIsNoLimit()
    {
        var limit = Build(new RateLimitOptions { Burst = 1 });
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(200, (await AskAsync(limit)).StatusCode);
        }
    }

    [Theory]
    [InlineData(100, 10)]
    [InlineData(50, 1)]
    public async Task IsExactOverAMinute(long average, long burst)
    {
        const int AskedEachSecond = 320;
        var limit = Build(new RateLimitOptions { Average = average, Burst = burst });
        var asked = new List<(Task Task, RecordedResponse Response)>();
        for (var i = 0; i < 60 * AskedEachSecond; i++)
        {
            var bench = new MiddlewareBench();
            asked.Add((bench.RunAsync(limit), bench.Response));
            time.Advance(TimeSpan.FromSeconds(1.0 / AskedEachSecond));
        }

        time.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(asked.Select(one => one.Task));
        Assert.InRange(asked.Count(one => one.Response.StatusCode == 200), 60 * average * 0.98, ((60 * average) + burst) * 1.02);
    }

    [Fact]
    public void AMillionSourcesTakeLittleMemoryAndRequestsAllocateNothing()
    {
        var sources = new string[1_000_000];
        for (var i = 0; i < sources.Length; i++)
        {
            sources[i] = i.ToString(CultureInfo.InvariantCulture);
        }

        var bench = new MiddlewareBench { Time = time, Handler = _ => Task.CompletedTask };
        var limit = bench.Build("rateLimit", new RateLimitOptions { Average = 1000, Burst = 1000, SourceCriterion = new SourceCriterionOptions { RequestHeaderName = "X-Key" } });
        var first = AllocatedBy(limit, bench.Context, sources);
        Assert.InRange(first, 0, 16 * 1024 * 1024);
        Assert.Equal(0, AllocatedBy(limit, bench.Context, sources));
    }

    [Fact]
    public void RefusesOptionsThatMakeNoSense()
    {
        Assert.Equal(
            "negative value not valid for period: -1s",
            Assert.Throws<ConfigurationException>(() => Build(new RateLimitOptions { Average = 1, Period = GoDuration.FromSeconds(-1) })).Message);
        Assert.Equal(
            "getting source extractor: requestHost and RequestHeaderName are mutually exclusive",
            Assert.Throws<ConfigurationException>(() => Build(new RateLimitOptions
            {
                SourceCriterion = new SourceCriterionOptions { RequestHeaderName = "X", RequestHost = true },
            })).Message);
    }

    private RequestDelegate Build(RateLimitOptions options)
    {
        var bench = new MiddlewareBench { Time = time };
        return bench.Build("rateLimit", options);
    }

    private static long AllocatedBy(RequestDelegate limit, HttpContext context, string[] sources)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var source in sources)
        {
            context.Request.Headers["X-Key"] = source;
            Assert.True(limit(context).IsCompletedSuccessfully);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static async Task<RecordedResponse> AskAsync(RequestDelegate limit, string key = "")
    {
        var bench = new MiddlewareBench();
        bench.RequestHeaders["X-Key"] = key;
        await bench.RunAsync(limit);
        return bench.Response;
    }
}
