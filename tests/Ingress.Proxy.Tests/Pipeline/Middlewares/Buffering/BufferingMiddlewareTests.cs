using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares.Buffering;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Buffering;

public sealed class BufferingMiddlewareTests
{
    [Theory]
    [InlineData(100, true, 200)]
    [InlineData(101, true, 413)]
    [InlineData(100, false, 200)]
    [InlineData(101, false, 413)]
    public async Task RefusesRequestsOverTheLimit(int length, bool lengthKnown, int status)
    {
        var bench = Posting(length, lengthKnown);
        await bench.RunAsync("buffering", new BufferingOptions { MaxRequestBodyBytes = 100 });

        Assert.Equal(status, bench.Response.StatusCode);
        Assert.Equal(status == 413 ? "Request Entity Too Large" : $"{length}", bench.Response.BodyText);
        Assert.Equal(status == 413, bench.Response.Headers.ContentType.Count == 0);
    }

    [Fact]
    public async Task AChunkedRequestGetsItsLength()
    {
        var bench = Posting(300_000, lengthKnown: false);
        bench.RequestHeaders["Transfer-Encoding"] = "chunked";
        await bench.RunAsync("buffering", new BufferingOptions { MemRequestBodyBytes = 10 });

        Assert.Equal("300000", bench.Response.BodyText);
        Assert.Equal(300_000, bench.Context.Request.ContentLength);
        Assert.False(bench.RequestHeaders.ContainsKey("Transfer-Encoding"));
    }

    [Theory]
    [InlineData(1000, false, 200)]
    [InlineData(1001, false, 500)]
    [InlineData(1001, true, 500)]
    public async Task AnAnswerOverTheLimitIsAnError(int length, bool lengthKnown, int status)
    {
        var bench = new MiddlewareBench
        {
            Handler = async context =>
            {
                context.Response.ContentLength = lengthKnown ? length : null;
                await context.Response.WriteAsync(new string('x', length / 2));
                await context.Response.Body.FlushAsync();
                await context.Response.WriteAsync(new string('x', length - (length / 2)));
            },
        };
        await bench.RunAsync("buffering", new BufferingOptions { MaxResponseBodyBytes = 1000, MemResponseBodyBytes = 10 });

        Assert.Equal(status, bench.Response.StatusCode);
        Assert.Equal(status == 500 ? "Internal Server Error" : new string('x', length), bench.Response.BodyText);
        Assert.Equal(bench.Response.BodyText.Length, bench.Response.Headers.ContentLength);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ResponseCode() >= 500")]
    public async Task AnAnswerThatIsCutShortIsAnErrorAndNotRepeated(string expression)
    {
        var tries = 0;
        var connection = new Lifetime();
        var bench = new MiddlewareBench(method: "POST");
        bench.Context.Features.Set<IHttpRequestLifetimeFeature>(connection);
        bench.Context.Request.Body = new MemoryStream("hello"u8.ToArray());
        bench.Handler = async context =>
        {
            tries++;
            context.Response.ContentLength = 1000;
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("half");
            context.Abort();
        };
        await bench.RunAsync("buffering", new BufferingOptions { RetryExpression = expression });

        Assert.Equal(1, tries);
        Assert.Equal(500, bench.Response.StatusCode);
        Assert.Equal("Internal Server Error\n", bench.Response.BodyText);
        Assert.Equal(bench.Response.BodyText.Length, bench.Response.Headers.ContentLength);
        Assert.Equal("text/plain; charset=utf-8", bench.Response.Headers.ContentType);
        Assert.False(connection.IsAborted);
        bench.Context.Abort();
        Assert.True(connection.IsAborted);
    }

    [Theory]
    [InlineData("", 500)]
    [InlineData("websocket", 200)]
    public async Task ConnectionUpgradeAloneIsNoWayAroundTheLimit(string protocol, int status)
    {
        var bench = new MiddlewareBench { Handler = context => context.Response.WriteAsync(new string('x', 2000)) };
        bench.Context.Features.Set<IHttpUpgradeFeature>(new Upgradable());
        bench.RequestHeaders.Upgrade = protocol;
        await bench.RunAsync("buffering", new BufferingOptions { MaxResponseBodyBytes = 1000 });

        Assert.Equal(status, bench.Response.StatusCode);
    }

    [Fact]
    public async Task AnAnswerToHeadKeepsTheLengthThatItAnnounces()
    {
        var bench = new MiddlewareBench(method: "HEAD")
        {
            Handler = context =>
            {
                context.Response.ContentLength = 5000;
                return Task.CompletedTask;
            },
        };
        await bench.RunAsync("buffering", new BufferingOptions { MaxResponseBodyBytes = 1000 });

        Assert.Equal(200, bench.Response.StatusCode);
        Assert.Equal(5000, bench.Response.Headers.ContentLength);
    }

    [Theory]
    [InlineData("ResponseCode() >= 500 && Attempts() <= 2", 500, "payload", 3)]
    [InlineData("ResponseCode() >= 500 && Attempts() <= 2", 500, "", 1)]
    [InlineData("IsNetworkError()", 500, "payload", 1)]
    [InlineData("IsNetworkError()", 502, "payload", 11)]
    [InlineData("IsNetworkError() && RequestMethod() == \"GET\"", 504, "payload", 1)]
    [InlineData("", 502, "payload", 1)]
    public async Task RepeatsRequestsThatHaveABody(string expression, int status, string body, int tries)
    {
        var seen = new List<string>();
        var bench = new MiddlewareBench(method: "POST");
        bench.Context.Request.Body = new MemoryStream(Encoding.ASCII.GetBytes(body));
        bench.Handler = async context =>
        {
            seen.Add(await new StreamReader(context.Request.Body).ReadToEndAsync());
            context.Response.StatusCode = status;
            await context.Response.WriteAsync($"try {seen.Count}");
        };
        await bench.RunAsync("buffering", new BufferingOptions { RetryExpression = expression, MemRequestBodyBytes = 3 });

        Assert.Equal(Enumerable.Repeat(body, tries), seen);
        Assert.Equal($"try {tries}", bench.Response.BodyText);
        Assert.Equal(status, bench.Response.StatusCode);
    }

    [Theory]
    [InlineData(-5, "", "a number of bytes must be 0 or more, not -5")]
    [InlineData(0, "IsNetworkError(", "1:16: expected ')', found 'EOF'")]
    public void RefusesOptionsThatMakeNoSense(long limit, string expression, string message)
    {
        var options = new BufferingOptions { MaxRequestBodyBytes = limit, RetryExpression = expression };

        Assert.Equal(message, Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build("buffering", options)).Message);
    }

    private static MiddlewareBench Posting(int length, bool lengthKnown)
    {
        var bench = new MiddlewareBench(method: "POST");
        bench.Context.Request.Body = new MemoryStream(new byte[length]);
        bench.Context.Request.ContentLength = lengthKnown ? length : null;
        bench.Handler = async context =>
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync($"{body.Length}");
        };
        return bench;
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        public bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => IsAborted = true;
    }

    private sealed class Upgradable : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => true;

        public Task<Stream> UpgradeAsync() => throw new NotSupportedException("Nobody upgrades here.");
    }
}
