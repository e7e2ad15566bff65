using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.Middlewares;
using Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.HeaderEditing;

public sealed class CustomHeadersTests
{
    [Theory]
    [InlineData("X-A", "1", "client", "1")]
    [InlineData("x-a", "1", "client", "1")]
    [InlineData("X-A", "", "client", "")]
    [InlineData("X-A", "é", "", "\u00c3\u00a9")]
    [InlineData("X-A", "a\r\nX-B: b", "", "a  X-B: b")]
    public async Task SetsAndRemovesRequestHeaders(string name, string value, string sent, string expected)
    {
        var bench = new MiddlewareBench();
        bench.RequestHeaders["X-A"] = sent;
        await bench.RunAsync("headers", Request(name, value));
        Assert.Equal(expected, bench.RequestHeaders["X-A"].ToString());
        Assert.Equal(expected.Length > 0, bench.RequestHeaders.ContainsKey("X-A"));
    }

    [Theory]
    [InlineData("Host", "inner.example", "inner.example")]
    [InlineData("hoSt", "inner.example", "inner.example")]
    [InlineData("Host", "", "test.example")]
    public async Task ChangesTheHost(string name, string value, string expected)
    {
        var bench = await new MiddlewareBench().RunAsync("headers", Request(name, value));
        Assert.Equal(expected, bench.State.Host);
        Assert.False(bench.RequestHeaders.ContainsKey("Host"));
    }

    [Fact]
    public async Task ARemovedForwardedForStaysAway()
    {
        var bench = await new MiddlewareBench().RunAsync("headers", Request("X-Forwarded-For", ""));
        Assert.True(bench.State.KeepForwardedFor);
    }

    [Theory]
    [InlineData("X-R", "proxy", "proxy")]
    [InlineData("X-R", "", "")]
    [InlineData("X-Other", "x", "one,two")]
    public async Task SetsAndRemovesResponseHeadersOfTheServer(string name, string value, string expected)
    {
        var bench = Answering("one", "two");
        await bench.RunAsync("headers", new HeadersOptions { CustomResponseHeaders = new Dictionary<string, string> { [name] = value } });
        Assert.Equal(expected, bench.Response.Headers["X-R"].ToString());
    }

    [Theory]
    [InlineData(200, "text/x")]
    [InlineData(304, "")]
    public async Task AnAnswerWithoutBodyGetsNoType(int status, string expected)
    {
        var bench = new MiddlewareBench { Handler = context => PlainAnswers.EmptyAsync(context, status) };
        await bench.RunAsync("headers", new HeadersOptions { CustomResponseHeaders = new Dictionary<string, string> { ["Content-Type"] = "text/x" } });
        Assert.Equal(expected, bench.Response.Headers.ContentType.ToString());
    }

    [Fact]
    public async Task TheOuterOneWinsForAnswersTheInnerOneForRequests()
    {
        static HeadersOptions Both(string value) => new()
        {
            CustomRequestHeaders = new Dictionary<string, string> { ["X-A"] = value },
            CustomResponseHeaders = new Dictionary<string, string> { ["X-R"] = value },
        };

        var bench = Answering();
        bench.Declare("outer@file", ("headers", Both("outer"))).Declare("inner@file", ("headers", Both("inner")));
        await bench.RunAsync(new MiddlewareChain(bench.Pipeline).Wrap(["outer", "inner"], "r@file", bench.Handler));
        Assert.Equal("inner", bench.RequestHeaders["X-A"].ToString());
        Assert.Equal("outer", bench.Response.Headers["X-R"].ToString());
    }

    [Fact]
    public async Task AnUpgradeKeepsTheHeadersOfTheServer()
    {
        var bench = new MiddlewareBench
        {
            Handler = context =>
            {
                context.Response.StatusCode = 101;
                return Task.CompletedTask;
            }
        };
        await bench.RunAsync("headers", new HeadersOptions { FrameDeny = true, AddVaryHeader = true, CustomResponseHeaders = new Dictionary<string, string> { ["X-R"] = "1" } });
        Assert.Empty(bench.Response.Headers);
    }

    [Fact]
    public void RefusesANameThatIsNone()
    {
        var fault = Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build("headers", Request("X A", "1")));
        Assert.Contains("\"X A\"", fault.Message, StringComparison.Ordinal);
    }

    private static HeadersOptions Request(string name, string value) => new() { CustomRequestHeaders = new Dictionary<string, string> { [name] = value } };

    private static MiddlewareBench Answering(params string[] values) => new()
    {
        Handler = context =>
        {
            context.Response.Headers["X-R"] = values;
            return Task.CompletedTask;
        },
    };
}
