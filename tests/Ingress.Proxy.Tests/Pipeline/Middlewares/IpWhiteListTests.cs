using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class IpWhiteListTests
{
    [Theory]
    [InlineData("127.0.0.1/32", true)]
    [InlineData("10.0.0.0/8", false)]
    public async Task WorksAsIpAllowListDoes(string range, bool passes)
    {
        var bench = await new MiddlewareBench().RunAsync("ipWhiteList", new IpWhiteListOptions { SourceRange = [range] });
        Assert.Equal(passes, bench.WasForwarded);
        Assert.Equal(passes ? 200 : 403, bench.Response.StatusCode);
    }
}
