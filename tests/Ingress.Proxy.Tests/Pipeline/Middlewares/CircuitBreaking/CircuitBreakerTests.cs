using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares.CircuitBreaking;
using Microsoft.Extensions.Time.Testing;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.CircuitBreaking;

public sealed class CircuitBreakerTests
{
    [Fact]
    public async Task OpensWhenTheExpressionHoldsAndAnswersItself()
    {
        var breaker = new Run("ResponseCodeRatio(500, 600, 0, 600) > 0.5");

        Assert.Equal([200, 200, 200, 500, 500, 500, 500, 503, 503], await breaker.AskAsync(200, 200, 200, 500, 500, 500, 500, 500, 200));
        Assert.Equal("Service Unavailable", breaker.LastBody);
    }

    [Fact]
    public async Task TheFirstRequestAfterTheFallbackIsStillRefusedAndThenEvenMorePass()
    {
        var breaker = new Run("NetworkErrorRatio() > 0.5");
        await breaker.AskAsync(502);
        breaker.Time.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal([503], await breaker.AskAsync(200));
        breaker.Time.Advance(TimeSpan.FromSeconds(5));
        var passed = (await breaker.AskAsync([.. Enumerable.Repeat(200, 100)])).Count(status => status == 200);
        Assert.InRange(passed, 20, 30);

        breaker.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal([200, 200], await breaker.AskAsync(200, 200));
    }

    [Fact]
    public async Task OpensAgainDuringTheRecovery()
    {
        var breaker = new Run("NetworkErrorRatio() > 0.5");
        await breaker.AskAsync(502);
        breaker.Time.Advance(TimeSpan.FromSeconds(11));
        await breaker.AskAsync(200);
        breaker.Time.Advance(TimeSpan.FromSeconds(9.9));

        Assert.Contains(502, await breaker.AskAsync(502, 502, 502));
        Assert.Equal([503, 503, 503], await breaker.AskAsync(200, 200, 200));
    }

    [Fact]
    public async Task LooksAtTheExpressionOnceACheckPeriod()
    {
        var breaker = new Run("ResponseCodeRatio(500, 600, 0, 600) > 0.1", GoDuration.FromSeconds(1), step: TimeSpan.FromMilliseconds(60));

        Assert.Equal([200, 500, 500, 500], await breaker.AskAsync(200, 500, 500, 500));
        breaker.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([500, 503], await breaker.AskAsync(500, 500));
    }

    [Theory]
    [InlineData(199, 200)]
    [InlineData(300, 503)]
    public async Task WatchesTheLatency(int milliseconds, int next)
    {
        var breaker = new Run("LatencyAtQuantileMS(50.0) > 200") { Latency = TimeSpan.FromMilliseconds(milliseconds) };

        Assert.Equal([200, next], await breaker.AskAsync(200, 200));
    }

    [Fact]
    public async Task TheAnswersOfTenSecondsCount()
    {
        var breaker = new Run("ResponseCodeRatio(500, 600, 0, 600) > 0.6");
        await breaker.AskAsync(200, 500);
        breaker.Time.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal([500, 503], await breaker.AskAsync(500, 200));
    }

    [Theory]
    [InlineData("Foo() > 1", "unsupported function: Foo")]
    [InlineData("NetworkErrorRatio() > 1", "NetworkErrorRatio is compared with a number that has a point, such as 0.5, not with 1")]
    [InlineData("ResponseCodeRatio(500, 600) > 0.5", "ResponseCodeRatio takes 4 arguments, not 2")]
    [InlineData("", "1:1: expected operand, found 'EOF'")]
    public void RefusesABadExpression(string expression, string message)
        => Assert.Equal(
            message,
            Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build("circuitBreaker", new CircuitBreakerOptions { Expression = expression })).Message);

    private sealed class Run
    {
        private readonly MiddlewareBench template = new();
        private readonly Microsoft.AspNetCore.Http.RequestDelegate middleware;
        private readonly TimeSpan step;
        private int next;

        public Run(string expression, GoDuration? checkPeriod = null, TimeSpan? step = null)
        {
            this.step = step ?? TimeSpan.FromMilliseconds(11);
            template.Time = Time;
            template.Handler = context =>
            {
                Time.Advance(Latency);
                context.Response.StatusCode = next;
                return Task.CompletedTask;
            };
            middleware = template.Build("circuitBreaker", new CircuitBreakerOptions { Expression = expression, CheckPeriod = checkPeriod ?? GoDuration.FromMilliseconds(10) });
        }

        public FakeTimeProvider Time { get; } = new();

        public TimeSpan Latency { get; init; }

        public string LastBody { get; private set; } = "";

        public async Task<List<int>> AskAsync(params int[] statuses)
        {
            var seen = new List<int>();
            foreach (var status in statuses)
            {
                next = status;
                var bench = await new MiddlewareBench().RunAsync(middleware);
                seen.Add(bench.Response.StatusCode);
                LastBody = bench.Response.BodyText;
                Time.Advance(step);
            }

            return seen;
        }
    }
}
