using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class StripPrefixTests
{
    [Theory]
    [InlineData("/api", "/api/users", "/users", "/api")]
    [InlineData("/api", "/api", "/", "/api")]
    [InlineData("/api", "/other", "/other", "")]
    [InlineData("/api", "/apifoo", "/foo", "/api")]
    [InlineData("/api", "/API/x", "/API/x", "")]
    [InlineData("/api", "/api/a%2Fb", "/a%2Fb", "/api")]
    [InlineData("/api", "/api?x=1", "/?x=1", "/api")]
    [InlineData("/api/", "/api/x", "/x", "/api/")]
    [InlineData(" /spaced ", "/spaced/x", "/x", "/spaced")]
    [InlineData("/", "/x/y", "/x/y", "/")]
    [InlineData("api", "/api/x", "/api/x", "")]
    [InlineData("/a b", "/a%20b/c%2Fd", "/c%2Fd", "/a b")]
    [InlineData("/a/b", "/a%2Fb/c%2Fd", "/c%2Fd", "/a/b")]
    [InlineData("/a", "/a%2Fb", "/b", "/a")]
    [InlineData("/é", "/%C3%A9/x", "/x", "/é")]
    public async Task RemovesThePrefixAndTellsIt(string prefix, string target, string expected, string told)
    {
        var bench = await new MiddlewareBench(target).RunAsync("stripPrefix", new StripPrefixOptions { Prefixes = [prefix] });
        Assert.Equal(expected, bench.SeenTarget);
        Assert.Equal(told, RequestTarget.ToText(bench.RequestHeaders["X-Forwarded-Prefix"].ToString()));
    }

    [Theory]
    [InlineData("/api../admin")]
    [InlineData("/api./x")]
    [InlineData("/api/a/..%2F../../x")]
    public async Task RefusesARemainderThatWouldClimb(string target)
    {
        var bench = await new MiddlewareBench(target).RunAsync("stripPrefix", new StripPrefixOptions { Prefixes = ["/api"] });
        Assert.False(bench.WasForwarded);
        Assert.Equal(400, bench.Response.StatusCode);
        Assert.Equal("Bad Request\n", bench.Response.BodyText);
    }

    [Fact]
    public async Task TheFirstPrefixOfTheListWinsAndIsAdded()
    {
        var bench = new MiddlewareBench("/api/v1/x");
        bench.RequestHeaders["X-Forwarded-Prefix"] = "/earlier";
        await bench.RunAsync("stripPrefix", new StripPrefixOptions { Prefixes = ["/none", "/api", "/api/v1"] });
        Assert.Equal("/v1/x", bench.SeenTarget);
        Assert.Equal("/earlier,/api", bench.RequestHeaders["X-Forwarded-Prefix"].ToString());
    }
}
