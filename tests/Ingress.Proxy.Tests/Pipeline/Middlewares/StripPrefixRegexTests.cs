using Ingress.Proxy.Configuration.Expressions;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class StripPrefixRegexTests
{
    [Theory]
    [InlineData("/v[0-9]+", "/v12/users", "/users", "/v12")]
    [InlineData("/v[0-9]+", "/v12abc", "/abc", "/v12")]
    [InlineData("/v[0-9]+", "/api/v1/x", "/api/v1/x", "")]
    [InlineData("/v[0-9]+", "/v1/a%2Fb", "/a%2Fb", "/v1")]
    [InlineData("^/foo/[a-z0-9]+/[0-9]+/", "/foo/abc/123/rest", "/rest", "/foo/abc/123/")]
    [InlineData(" /sp ", "/sp/x", "/x", "/sp")]
    [InlineData("x*", "/x", "/x", "")]
    [InlineData("/[^/]+", "/%C3%A9%20b/c%2Fd", "/c%2Fd", "/é b")]
    public async Task RemovesWhatMatchesAtTheStart(string expression, string target, string expected, string told)
    {
        var bench = await new MiddlewareBench(target).RunAsync("stripPrefixRegex", new StripPrefixRegexOptions { Regex = [expression] });
        Assert.Equal(expected, bench.SeenTarget);
        Assert.Equal(told, RequestTarget.ToText(bench.RequestHeaders["X-Forwarded-Prefix"].ToString()));
    }

    [Fact]
    public async Task RefusesARemainderThatWouldClimb()
    {
        var bench = await new MiddlewareBench("/v1../x").RunAsync("stripPrefixRegex", new StripPrefixRegexOptions { Regex = ["/v[0-9]+"] });
        Assert.Equal(400, bench.Response.StatusCode);
    }

    [Fact]
    public void RefusesABadExpressionInTheWordsOfGo()
    {
        var fault = Assert.Throws<GoRegexException>(() => new MiddlewareBench().Build("stripPrefixRegex", new StripPrefixRegexOptions { Regex = ["/ok", "/(unclosed"] }));
        Assert.Equal("error parsing regexp: missing closing ): `/(unclosed`", fault.Message);
    }
}
