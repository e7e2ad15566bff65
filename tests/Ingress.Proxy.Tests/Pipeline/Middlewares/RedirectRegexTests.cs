using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class RedirectRegexTests
{
    [Theory]
    [InlineData("^https?://h\\.test(:\\d+)?/(.*)", "https://new.example/${2}", "/a/b?x=1", "https://new.example/a/b?x=1")]
    [InlineData("^(.*)\\?lang=(\\w+)$", "${1}/${2}?from=q", "/x?lang=de", "http://h.test/x/de?from=q")]
    [InlineData(".*", "/login", "/x", "/login")]
    [InlineData(".*", "https://new.example/a b", "/x", "https://new.example/a%20b")]
    [InlineData(".*", "https://new.example/é?é#é", "/x", "https://new.example/%C3%A9?%C3%A9#%C3%A9")]
    [InlineData(".*", "https://[2001:db8::1]:81/x", "/x", "https://[2001:db8::1]:81/x")]
    [InlineData("^https?://h\\.test(:\\d+)?/(.*)", "https://new.example/${2}", "/a%2Fb%20c?d=%26%C3%A9", "https://new.example/a%2Fb%20c?d=%26%C3%A9")]
    public async Task RedirectsToTheReplacedUrl(string expression, string replacement, string target, string location)
    {
        var bench = await new MiddlewareBench(target, host: "h.test").RunAsync("redirectRegex", new RedirectRegexOptions { Regex = expression, Replacement = replacement });
        Assert.Equal(302, bench.Response.StatusCode);
        Assert.Equal(location, bench.Response.Headers.Location.ToString());
        Assert.Equal("Found", bench.Response.BodyText);
    }

    [Theory]
    [InlineData("^https://", "x")]
    [InlineData("^http://h\\.test/(.*)", "http://h.test/$1")]
    public async Task PassesWhereNothingMatchesOrChanges(string expression, string replacement)
        => Assert.True((await new MiddlewareBench("/x", host: "h.test").RunAsync("redirectRegex", new RedirectRegexOptions { Regex = expression, Replacement = replacement })).WasForwarded);

    [Theory]
    [InlineData("http://[::1/x")]
    [InlineData("http://h.test:port/")]
    [InlineData("http://h.test/%zz")]
    [InlineData(":x")]
    [InlineData("http://h.test/\r\nSet-Cookie: a=b")]
    public async Task AnswersAResultThatIsNoUrlWith502(string replacement)
    {
        var bench = await new MiddlewareBench("/x").RunAsync("redirectRegex", new RedirectRegexOptions { Regex = ".*", Replacement = replacement });
        Assert.Equal(502, bench.Response.StatusCode);
        Assert.Equal("Bad Gateway", bench.Response.BodyText);
        Assert.Equal(0, bench.Response.Headers.Location.Count);
    }
}
