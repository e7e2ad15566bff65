using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class ReplacePathRegexTests
{
    [Theory]
    [InlineData("^/foo/(.*)", "/bar/$1", "/foo/x/y", "/bar/x/y", "/foo/x/y")]
    [InlineData("^/foo/(.*)", "/bar/$1", "/other/x", "/other/x", "")]
    [InlineData("^/foo/(.*)", "/bar/$1", "/foo/a%2Fb%20c?a=/foo/b", "/bar/a%2Fb%20c?a=/foo/b", "/foo/a%2Fb%20c")]
    [InlineData("^/([^/]+)/([^/]+)", "/$2/${1}x", "/one/two/three", "/two/onex/three", "/one/two/three")]
    [InlineData("a", "b", "/banana", "/bbnbnb", "/banana")]
    [InlineData("^/(\\w+)/x", "/$1x", "/abc/x", "/", "/abc/x")]
    [InlineData("^/(?P<id>\\d+)$", "/item/${id}", "/42", "/item/42", "/42")]
    [InlineData("^/foo", "", "/foo", "/", "/foo")]
    [InlineData(" ^/foo ", " /bar ", "/foo", "/bar", "/foo")]
    [InlineData("^/foo$", "/bar?x=1", "/foo?y=2", "/bar%3Fx=1?y=2", "/foo")]
    public async Task RewritesTheEncodedPath(string expression, string replacement, string target, string expected, string told)
    {
        var bench = await new MiddlewareBench(target).RunAsync("replacePathRegex", new ReplacePathRegexOptions { Regex = expression, Replacement = replacement });
        Assert.Equal(expected, bench.SeenTarget);
        Assert.Equal(told, bench.RequestHeaders["X-Replaced-Path"].ToString());
    }

    [Fact]
    public async Task RefusesDotsInTheResult()
    {
        var bench = await new MiddlewareBench("/dl/a").RunAsync("replacePathRegex", new ReplacePathRegexOptions { Regex = "^/dl/(.*)", Replacement = "/files/$1/../x" });
        Assert.Equal(400, bench.Response.StatusCode);
        Assert.False(bench.WasForwarded);
    }

    [Fact]
    public void RefusesABadExpressionInTheWordsOfTraefik()
    {
        var fault = Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build("replacePathRegex", new ReplacePathRegexOptions { Regex = "^/(foo" }));
        Assert.Equal("error compiling regular expression ^/(foo: error parsing regexp: missing closing ): `^/(foo`", fault.Message);
    }
}
