using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.HeaderEditing;

public sealed class CorsTests
{
    private static readonly HeadersOptions Listed = new()
    {
        AccessControlAllowOriginList = ["https://foo.example", "https://bar.example"],
        AccessControlAllowMethods = ["GET", "PUT"],
        AccessControlAllowHeaders = ["X-Foo", "Content-Type"],
        AccessControlExposeHeaders = ["X-Exp", "X-Other"],
        AccessControlMaxAge = 100,
        AddVaryHeader = true,
    };

    private static readonly HeadersOptions StarWithCredentials = new()
    {
        AccessControlAllowOriginList = ["*"],
        AccessControlAllowMethods = ["*"],
        AccessControlAllowHeaders = ["*"],
        AccessControlExposeHeaders = ["*"],
        AccessControlAllowCredentials = true,
    };

    [Theory]
    [InlineData("https://foo.example", "https://foo.example")]
    [InlineData("https://evil.example", "")]
    public async Task APreflightIsAnsweredHereForAnyOrigin(string origin, string allowed)
    {
        var bench = await PreflightAsync(Listed, origin);
        Assert.False(bench.WasForwarded);
        Assert.Equal(200, bench.Response.StatusCode);
        Assert.Equal("", bench.Response.BodyText);
        Assert.Equal(allowed, bench.Response.Headers.AccessControlAllowOrigin.ToString());
        Assert.Equal("X-Foo,Content-Type", bench.Response.Headers.AccessControlAllowHeaders.ToString());
        Assert.Equal("GET,PUT", bench.Response.Headers.AccessControlAllowMethods.ToString());
        Assert.Equal("X-Exp,X-Other", bench.Response.Headers.AccessControlExposeHeaders.ToString());
        Assert.Equal("100", bench.Response.Headers.AccessControlMaxAge.ToString());
        Assert.Equal("", bench.Response.Headers.Vary.ToString());
    }

    [Fact]
    public async Task AStarWithCredentialsEchoesWhatWasAskedFor()
    {
        var bench = await PreflightAsync(StarWithCredentials, "https://any.example", "x-a,x-b");
        Assert.Equal("https://any.example", bench.Response.Headers.AccessControlAllowOrigin.ToString());
        Assert.Equal("x-a,x-b", bench.Response.Headers.AccessControlAllowHeaders.ToString());
        Assert.Equal("PUT", bench.Response.Headers.AccessControlAllowMethods.ToString());
        Assert.Equal("true", bench.Response.Headers.AccessControlAllowCredentials.ToString());
        Assert.False(bench.Response.Headers.ContainsKey("Access-Control-Expose-Headers"));
    }

    [Fact]
    public async Task AStarAmongOthersCountsAsOne()
    {
        var options = StarWithCredentials with { AccessControlAllowMethods = ["GET", "*"], AccessControlAllowHeaders = ["*", "X-A"], AccessControlExposeHeaders = ["X-A", "*"] };
        var bench = await PreflightAsync(options, "https://any.example", "x-b");
        Assert.Equal("x-b", bench.Response.Headers.AccessControlAllowHeaders.ToString());
        Assert.Equal("PUT", bench.Response.Headers.AccessControlAllowMethods.ToString());
        Assert.False(bench.Response.Headers.ContainsKey("Access-Control-Expose-Headers"));
    }

    [Fact]
    public async Task TheOriginIsTheClientsWhateverIsAskedBehind()
    {
        var bench = new MiddlewareBench
        {
            Handler = context =>
            {
                context.Request.Headers.Clear();
                return Task.CompletedTask;
            },
        };
        bench.RequestHeaders.Origin = "https://foo.example";
        await bench.RunAsync("headers", Listed);
        Assert.Equal("https://foo.example", bench.Response.Headers.AccessControlAllowOrigin.ToString());
    }

    [Fact]
    public async Task OfSeveralOriginsTheFirstCounts()
    {
        var bench = new MiddlewareBench(method: "OPTIONS");
        bench.RequestHeaders.Origin = new(["", "https://foo.example"]);
        bench.RequestHeaders.AccessControlRequestMethod = "PUT";
        Assert.True((await bench.RunAsync("headers", Listed)).WasForwarded);
        Assert.Equal("", bench.Response.Headers.AccessControlAllowOrigin.ToString());
    }

    [Theory]
    [InlineData("OPTIONS", "https://foo.example", "")]
    [InlineData("OPTIONS", "", "PUT")]
    [InlineData("GET", "https://foo.example", "PUT")]
    public async Task OtherRequestsGoToTheServer(string method, string origin, string requestedMethod)
    {
        var bench = new MiddlewareBench(method: method);
        bench.RequestHeaders.Origin = origin;
        bench.RequestHeaders.AccessControlRequestMethod = requestedMethod;
        Assert.True((await bench.RunAsync("headers", Listed)).WasForwarded);
    }

    [Theory]
    [InlineData("https://foo.example", "https://foo.example")]
    [InlineData("https://FOO.example", "of the server")]
    [InlineData("", "of the server")]
    public async Task TheServersHeaderIsReplacedWhereTheOriginIsAllowed(string origin, string expected)
    {
        var bench = Answering("Access-Control-Allow-Origin", "of the server");
        bench.RequestHeaders.Origin = origin;
        await bench.RunAsync("headers", Listed);
        Assert.Equal(expected, bench.Response.Headers.AccessControlAllowOrigin.ToString());
        Assert.Equal("X-Exp,X-Other", bench.Response.Headers.AccessControlExposeHeaders.ToString());
    }

    [Theory]
    [InlineData("https://a.foo.example", "https://a.foo.example")]
    [InlineData("https://xbarx.example", "https://xbarx.example")]
    [InlineData("http://a.foo.example", "")]
    public async Task ExpressionsMatchAnywhere(string origin, string expected)
    {
        var bench = new MiddlewareBench();
        bench.RequestHeaders.Origin = origin;
        await bench.RunAsync("headers", new HeadersOptions { AccessControlAllowOriginListRegex = ["^https://.*\\.foo\\.example$", "bar"] });
        Assert.Equal(expected, bench.Response.Headers.AccessControlAllowOrigin.ToString());
    }

    [Fact]
    public async Task AStarWithoutCredentialsIsToldLiterallyEvenWithoutAnOrigin()
    {
        var bench = await new MiddlewareBench().RunAsync("headers", new HeadersOptions { AccessControlAllowOriginList = ["*"] });
        Assert.Equal("*", bench.Response.Headers.AccessControlAllowOrigin.ToString());
    }

    [Theory]
    [InlineData(new[] { "Accept-Encoding" }, "Accept-Encoding,Origin")]
    [InlineData(new[] { "Origin" }, "Origin")]
    [InlineData(new string[0], "Origin")]
    [InlineData(new[] { "A", "B" }, "A,Origin")]
    public async Task VaryGetsOrigin(string[] values, string expected)
    {
        var bench = Answering("Vary", values);
        await bench.RunAsync("headers", new HeadersOptions { AddVaryHeader = true });
        Assert.Equal(expected, bench.Response.Headers.Vary.ToString());
    }

    [Fact]
    public void RefusesABadExpression()
    {
        var fault = Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build("headers", new HeadersOptions { AccessControlAllowOriginListRegex = ["("] }));
        Assert.Equal("error occurred during origin parsing: error parsing regexp: missing closing ): `(`", fault.Message);
    }

    private static Task<MiddlewareBench> PreflightAsync(HeadersOptions options, string origin, string requestedHeaders = "")
    {
        var bench = new MiddlewareBench(method: "OPTIONS");
        bench.RequestHeaders.Origin = origin;
        bench.RequestHeaders.AccessControlRequestMethod = "PUT";
        bench.RequestHeaders.AccessControlRequestHeaders = requestedHeaders;
        return bench.RunAsync("headers", options);
    }

    private static MiddlewareBench Answering(string name, params string[] values) => new()
    {
        Handler = context =>
        {
            context.Response.Headers[name] = values;
            return Task.CompletedTask;
        },
    };
}
