using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class IpAllowListTests
{
    [Fact]
    public async Task LetsAPeerInARangePass()
        => Assert.True((await new MiddlewareBench().RunAsync("ipAllowList", new IpAllowListOptions { SourceRange = ["127.0.0.0/8"] })).WasForwarded);

    [Theory]
    [InlineData(0, 403, "Forbidden")]
    [InlineData(404, 404, "Not Found")]
    [InlineData(418, 418, "I'm a teapot")]
    public async Task RefusesOthersWithTheStatusAndItsText(int configured, int status, string body)
    {
        var bench = new MiddlewareBench();
        bench.RequestHeaders["X-Forwarded-For"] = "10.1.1.1";
        await bench.RunAsync("ipAllowList", new IpAllowListOptions { SourceRange = ["10.0.0.0/8"], RejectStatusCode = configured });
        Assert.False(bench.WasForwarded);
        Assert.Equal(status, bench.Response.StatusCode);
        Assert.Equal(body, bench.Response.BodyText);
        Assert.Equal(0, bench.Response.Headers.ContentType.Count);
    }

    [Fact]
    public async Task RefusesWhereTheStrategyFindsNoAddress()
    {
        var bench = new MiddlewareBench();
        await bench.RunAsync("ipAllowList", new IpAllowListOptions { SourceRange = ["0.0.0.0/0"], IpStrategy = new IpStrategyOptions { Depth = 1 } });
        Assert.Equal(403, bench.Response.StatusCode);
    }

    [Fact]
    public void NamesWhatIsWrong()
    {
        Assert.Equal("sourceRange is empty, IPAllowLister not created", Fault("ipAllowList", new IpAllowListOptions()));
        Assert.Equal("sourceRange is empty, IPWhiteLister not created", Fault("ipWhiteList", new IpWhiteListOptions()));
        Assert.Equal("invalid HTTP status code 999", Fault("ipAllowList", new IpAllowListOptions { SourceRange = ["::1"], RejectStatusCode = 999 }));
        Assert.Equal(
            "cannot parse CIDRs [10.0.0.0/8 not-an-ip]: parsing CIDR trusted IPs <nil>: invalid CIDR address: not-an-ip",
            Fault("ipAllowList", new IpAllowListOptions { SourceRange = ["10.0.0.0/8", "not-an-ip"] }));
    }

    private static string Fault(string key, object options) => Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build(key, options)).Message;
}
