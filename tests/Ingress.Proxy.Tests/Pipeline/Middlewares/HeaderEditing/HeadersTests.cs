using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.HeaderEditing;

public sealed class HeadersTests
{
    [Fact]
    public void RefusesAnEmptyConfiguration()
        => Assert.Equal("headers configuration not valid", Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build("headers", new HeadersOptions { FrameDeny = false })).Message);

    [Fact]
    public async Task ADeprecatedOptionAloneDoesNothing()
    {
        var bench = await new MiddlewareBench().RunAsync("headers", new HeadersOptions { FeaturePolicy = "camera 'none'", SslRedirect = true, SslHost = "ssl.test" });
        Assert.True(bench.WasForwarded);
        Assert.Empty(bench.Response.Headers.Keys.Except(["Content-Length"]));
    }

    [Fact]
    public async Task TheRefusalOfAHostCarriesCustomHeadersButNoSecurityHeaders()
    {
        var bench = await new MiddlewareBench(host: "evil.test").RunAsync("headers", new HeadersOptions
        {
            AllowedHosts = ["good.test"],
            FrameDeny = true,
            CustomResponseHeaders = new Dictionary<string, string> { ["X-R"] = "1" },
            AccessControlAllowOriginList = ["*"],
        });
        Assert.Equal(500, bench.Response.StatusCode);
        Assert.Equal("Bad Host\n", bench.Response.BodyText);
        Assert.Equal("1", bench.Response.Headers["X-R"].ToString());
        Assert.Equal("*", bench.Response.Headers.AccessControlAllowOrigin.ToString());
        Assert.False(bench.Response.Headers.ContainsKey("X-Frame-Options"));
    }
}
