using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class RedirectSchemeTests
{
    [Theory]
    [InlineData("GET", false, 302)]
    [InlineData("HEAD", false, 307)]
    [InlineData("get", false, 307)]
    [InlineData("POST", false, 307)]
    [InlineData("GET", true, 301)]
    [InlineData("DELETE", true, 308)]
    public async Task TheStatusDependsOnMethodAndPermanence(string method, bool permanent, int status)
    {
        var bench = await new MiddlewareBench("/a", method, "h.test").RunAsync("redirectScheme", new RedirectSchemeOptions { Scheme = "https", Permanent = permanent });
        Assert.Equal(status, bench.Response.StatusCode);
        Assert.Equal("https://h.test/a", bench.Response.Headers.Location.ToString());
        Assert.False(bench.WasForwarded);
    }

    [Theory]
    [InlineData("https", "", "h.test:18080", false, "https://h.test/a?b")]
    [InlineData("HTTPS", "443", "h.test", false, "https://h.test/a?b")]
    [InlineData("HTTPS", "", "h.test", true, "")]
    [InlineData("https", "8443", "h.test:18080", false, "https://h.test:8443/a?b")]
    [InlineData("https", "443", "h.test", false, "https://h.test/a?b")]
    [InlineData("https", "", "h.test", true, "")]
    [InlineData("https", "", "h.test:443", true, "")]
    [InlineData("https", "", "h.test:18443", true, "https://h.test/a?b")]
    [InlineData("https", "8443", "h.test:8443", true, "")]
    [InlineData("http", "80", "h.test", true, "http://h.test/a?b")]
    [InlineData("http", "", "h.test:18080", false, "http://h.test/a?b")]
    [InlineData("https", "", "[2001:db8::1]:80", false, "https://[2001:db8::1]/a?b")]
    [InlineData("https", "", "[2001:db8::1]", false, "https://[2001:db8::1]/a?b")]
    public async Task GoesToTheSchemeAndPort(string scheme, string port, string host, bool isTls, string location)
    {
        var bench = new MiddlewareBench("/a?b", host: host);
        bench.State.IsTls = isTls;
        await bench.RunAsync("redirectScheme", new RedirectSchemeOptions { Scheme = scheme, Port = port });
        Assert.Equal(location, bench.Response.Headers.Location.ToString());
        Assert.Equal(location.Length == 0, bench.WasForwarded);
    }

    [Theory]
    [InlineData("https", true)]
    [InlineData("WSS", true)]
    [InlineData("http", false)]
    [InlineData("gopher", false)]
    public async Task ForwardedProtoCountsAsTheScheme(string proto, bool passes)
    {
        var bench = new MiddlewareBench("/a");
        bench.RequestHeaders["X-Forwarded-Proto"] = proto;
        await bench.RunAsync("redirectScheme", new RedirectSchemeOptions { Scheme = "https" });
        Assert.Equal(passes, bench.WasForwarded);
    }

    [Fact]
    public void NeedsAScheme()
        => Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build("redirectScheme", new RedirectSchemeOptions { Port = "443" }));
}
