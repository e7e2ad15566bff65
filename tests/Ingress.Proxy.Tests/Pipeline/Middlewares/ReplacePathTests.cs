using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class ReplacePathTests
{
    [Theory]
    [InlineData("/foo", "/some/where", "/foo", "/some/where")]
    [InlineData("/foo", "/x?a=1&b=%2F", "/foo?a=1&b=%2F", "/x")]
    [InlineData("/foo", "/a%2Fb/c%20d", "/foo", "/a%2Fb/c%20d")]
    [InlineData("/a%2Fb%20c", "/x", "/a%2Fb%20c", "/x")]
    [InlineData("/a b", "/x", "/a%20b", "/x")]
    [InlineData("/foo?x=1", "/x?y=2", "/foo%3Fx=1?y=2", "/x")]
    [InlineData("", "/x", "/", "/x")]
    public async Task ReplacesThePathAndTellsTheOldOne(string path, string target, string expected, string told)
    {
        var bench = await new MiddlewareBench(target).RunAsync("replacePath", new ReplacePathOptions { Path = path });
        Assert.Equal(expected, bench.SeenTarget);
        Assert.Equal(told, bench.RequestHeaders["X-Replaced-Path"].ToString());
    }

    [Theory]
    [InlineData("/a%zz", "%zz")]
    [InlineData("/a%2F%4", "%4")]
    [InlineData("/a%", "%")]
    public async Task AnswersAPathThatCannotBeDecodedWith500(string path, string named)
    {
        var bench = await new MiddlewareBench("/x").RunAsync("replacePath", new ReplacePathOptions { Path = path });
        Assert.Equal(500, bench.Response.StatusCode);
        Assert.Equal($"invalid URL escape \"{named}\"\n", bench.Response.BodyText);
    }
}
