using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class InFlightReqTests
{
    [Fact]
    public async Task RefusesTheRequestThatIsOneTooMany()
    {
        var bench = new MiddlewareBench();
        var gate = new TaskCompletionSource();
        var running = 0;
        bench.Handler = _ =>
        {
            running++;
            return gate.Task;
        };
        var middleware = bench.Build("inFlightReq", new InFlightReqOptions { Amount = 2 });
        var first = middleware(bench.Context);
        var second = middleware(bench.Context);
        await bench.RunAsync(middleware);

        Assert.Equal(2, running);
        Assert.Equal(429, bench.Response.StatusCode);
        Assert.Equal("max connections reached: 2", bench.Response.BodyText);

        gate.SetResult();
        await Task.WhenAll(first, second);
        await middleware(bench.Context);
        Assert.Equal(3, running);
    }

    [Fact]
    public async Task AFailedRequestFreesItsPlace()
    {
        var bench = new MiddlewareBench();
        var tries = 0;
        bench.Handler = _ =>
        {
            tries++;
            throw new InvalidOperationException("broken");
        };
        var middleware = bench.Build("inFlightReq", new InFlightReqOptions { Amount = 1 });

        await Assert.ThrowsAsync<InvalidOperationException>(() => middleware(bench.Context));
        await Assert.ThrowsAsync<InvalidOperationException>(() => middleware(bench.Context));
        Assert.Equal(2, tries);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task WithoutAnAmountEveryRequestIsRefused(long amount)
    {
        var bench = await new MiddlewareBench().RunAsync("inFlightReq", new InFlightReqOptions { Amount = amount });

        Assert.False(bench.WasForwarded);
        Assert.Equal($"max connections reached: {amount}", bench.Response.BodyText);
    }

    [Fact]
    public void RefusesTwoCriteria()
    {
        var options = new InFlightReqOptions { Amount = 1, SourceCriterion = new SourceCriterionOptions { RequestHeaderName = "X-User", RequestHost = true } };

        Assert.Equal(
            "error creating requests limiter: requestHost and RequestHeaderName are mutually exclusive",
            Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build("inFlightReq", options)).Message);
    }

    [Fact]
    public async Task CountsExactlyUnderManyAtOnceAndForgetsSourcesThatAreDone()
    {
        var requests = new RunningRequests();
        var most = 0;
        var now = 0;
        await Parallel.ForAsync(0, 20_000, (i, _) =>
        {
            if (requests.TryEnter("one", 3))
            {
                var count = Interlocked.Increment(ref now);
                InterlockedMax(ref most, count);
                Interlocked.Decrement(ref now);
                requests.Leave("one");
            }

            return ValueTask.CompletedTask;
        });

        Assert.InRange(most, 1, 3);
        Assert.Equal(0, requests.Sources);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
