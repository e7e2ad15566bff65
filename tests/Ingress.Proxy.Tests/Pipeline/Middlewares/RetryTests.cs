using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.Middlewares;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class RetryTests
{
    [Theory]
    [InlineData(2, 200, 3)]
    [InlineData(3, 200, 4)]
    [InlineData(4, 500, 4)]
    public async Task AsksUntilTheStatusIsGoodOrTheAttemptsAreUp(int failures, int status, int tries)
    {
        var (bench, seen) = Failing(failures);
        await bench.RunAsync("retry", new RetryOptions { Attempts = 4, Status = ["500"] });

        Assert.Equal(status, bench.Response.StatusCode);
        Assert.Equal(tries, seen.Count);
        Assert.Equal($"try {tries}", bench.Response.BodyText);
        Assert.Equal($"{tries}", bench.Response.Headers["X-Try"]);
    }

    [Theory]
    [InlineData("POST", false, 1)]
    [InlineData("PATCH", false, 1)]
    [InlineData("LOCK", false, 1)]
    [InlineData("PUT", false, 2)]
    [InlineData("DELETE", false, 2)]
    [InlineData("POST", true, 2)]
    public async Task RepeatsAfterAStatusOnlyWhatMayBeRepeated(string method, bool anyMethod, int tries)
    {
        var (bench, seen) = Failing(1, method, "payload");
        await bench.RunAsync("retry", new RetryOptions { Attempts = 2, Status = ["500"], RetryNonIdempotentMethod = anyMethod });

        Assert.Equal(Enumerable.Repeat("payload", tries), seen);
    }

    [Theory]
    [InlineData(7, true, 2)]
    [InlineData(6, true, 1)]
    [InlineData(7, false, 2)]
    [InlineData(6, false, 1)]
    public async Task ABodyOverTheLimitIsSentOnceButWhole(long limit, bool lengthKnown, int tries)
    {
        var (bench, seen) = Failing(1, "PUT", "payload");
        bench.Context.Request.ContentLength = lengthKnown ? 7 : null;
        await bench.RunAsync("retry", new RetryOptions { Attempts = 2, Status = ["500"], MaxRequestBodyBytes = limit });

        Assert.Equal(Enumerable.Repeat("payload", tries), seen);
    }

    [Theory]
    [InlineData(ForwardOutcome.NotSent, 2)]
    [InlineData(ForwardOutcome.SentAndFailed, 1)]
    [InlineData(ForwardOutcome.NoServer, 1)]
    [InlineData(ForwardOutcome.Answered, 1)]
    [InlineData(ForwardOutcome.None, 1)]
    public async Task WithoutStatusesOnlyARequestThatWasNotSentIsRepeated(object outcome, int tries)
    {
        var bench = new MiddlewareBench(method: "POST");
        var seen = 0;
        bench.Handler = context =>
        {
            bench.State.Outcome = seen++ == 0 ? (ForwardOutcome)outcome : ForwardOutcome.Answered;
            return PlainAnswers.StatusAsync(context, seen == 1 ? 502 : 200);
        };
        await bench.RunAsync("retry", new RetryOptions { Attempts = 3 });

        Assert.Equal(tries, seen);
        Assert.Equal(tries == 2 ? 200 : 502, bench.Response.StatusCode);
    }

    [Fact]
    public async Task ALargeBodyIsRepeatedWhereNothingWasSent()
    {
        var bench = new MiddlewareBench(method: "POST");
        bench.Context.Request.Body = new MemoryStream(Encoding.ASCII.GetBytes("a long body"));
        var bodies = new List<string>();
        bench.Handler = async context =>
        {
            if (bodies.Count == 0)
            {
                bodies.Add("");
                bench.State.Outcome = ForwardOutcome.NotSent;
                await PlainAnswers.StatusAsync(context, 502);
                return;
            }

            bodies.Add(await new StreamReader(context.Request.Body).ReadToEndAsync());
        };
        await bench.RunAsync("retry", new RetryOptions { Attempts = 2, MaxRequestBodyBytes = 3, Status = ["500"], RetryNonIdempotentMethod = true });

        Assert.Equal(["", "a long body"], bodies);
        Assert.Equal(200, bench.Response.StatusCode);
    }

    [Fact]
    public async Task EachTryBeginsWithTheRequestAsItCame()
    {
        var bench = new MiddlewareBench("/api/x");
        var seen = new List<string>();
        bench.Handler = context =>
        {
            seen.Add(bench.State.Target.RequestUri + context.Request.Headers["X-Added"]);
            bench.State.Target.Set("/x", "");
            context.Request.Headers.Append("X-Added", "1");
            return PlainAnswers.StatusAsync(context, 500);
        };
        await bench.RunAsync("retry", new RetryOptions { Attempts = 2, Status = ["500"] });

        Assert.Equal(["/api/x", "/api/x"], seen);
    }

    [Fact]
    public async Task TheTimeoutEndsTheTriesWithTheLastAnswer()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var (bench, seen) = Failing(9);
        bench.Time = time;
        var inner = bench.Handler;
        bench.Handler = context =>
        {
            time.Advance(TimeSpan.FromMilliseconds(300));
            return inner(context);
        };
        await bench.RunAsync("retry", new RetryOptions { Attempts = 10, Status = ["500"], Timeout = GoDuration.FromMilliseconds(500) });

        Assert.Equal(2, seen.Count);
        Assert.Equal("try 2", bench.Response.BodyText);
    }

    [Fact]
    public async Task NetworkErrorsShowWhereTheirRetryIsSwitchedOff()
    {
        var bench = new MiddlewareBench();
        var tries = 0;
        bench.Handler = context =>
        {
            tries++;
            bench.State.Outcome = ForwardOutcome.NotSent;
            return PlainAnswers.StatusAsync(context, 502);
        };
        await bench.RunAsync("retry", new RetryOptions { Attempts = 3, Status = ["500"], DisableRetryOnNetworkError = true });

        Assert.Equal(1, tries);
        Assert.Equal("Bad Gateway", bench.Response.BodyText);
    }

    [Theory]
    [InlineData(0, "500", false, "incorrect (or empty) value for attempt (0)")]
    [InlineData(2, "", true, "retry middleware requires at least HTTP status codes or retry on TCP")]
    [InlineData(2, "abc", false, "creating HTTP code ranges: strconv.Atoi: parsing \"abc\": invalid syntax")]
    public void RefusesOptionsThatMakeNoSense(int attempts, string status, bool noNetwork, string message)
    {
        var options = new RetryOptions { Attempts = attempts, Status = status.Length == 0 ? [] : [status], DisableRetryOnNetworkError = noNetwork };

        Assert.Equal(message, Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build("retry", options)).Message);
    }

    private static (MiddlewareBench Bench, List<string> Seen) Failing(int failures, string method = "GET", string body = "")
    {
        var bench = new MiddlewareBench(method: method);
        if (body.Length > 0)
        {
            bench.Context.Request.Body = new MemoryStream(Encoding.ASCII.GetBytes(body));
        }

        var seen = new List<string>();
        bench.Handler = async context =>
        {
            seen.Add(await new StreamReader(context.Request.Body).ReadToEndAsync());
            context.Response.StatusCode = seen.Count <= failures ? 500 : 200;
            context.Response.Headers["X-Try"] = $"{seen.Count}";
            await context.Response.WriteAsync($"try {seen.Count}");
        };
        return (bench, seen);
    }
}
