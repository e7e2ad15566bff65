using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class IpStrategyTests
{
    [Theory]
    [InlineData(1, "1.2.3.4, 10.1.1.1", "10.1.1.1")]
    [InlineData(2, "1.2.3.4 ,10.1.1.1", "1.2.3.4")]
    [InlineData(3, "1.2.3.4, 10.1.1.1", "")]
    [InlineData(1, "", "")]
    public void DepthCountsFromTheRight(int depth, string header, string expected)
        => Assert.Equal(expected, Find(new IpStrategyOptions { Depth = depth }, header));

    [Theory]
    [InlineData("10.1.1.1, 192.168.3.4, 127.0.0.1", "10.1.1.1")]
    [InlineData("10.1.1.1,, 192.168.3.4,", "10.1.1.1")]
    [InlineData("192.168.3.4", "")]
    [InlineData("nonsense, 192.168.3.4", "nonsense")]
    public void ExcludedAddressesAreSkippedFromTheRight(string header, string expected)
        => Assert.Equal(expected, Find(new IpStrategyOptions { ExcludedIPs = ["192.168.0.0/16", "127.0.0.1"] }, header));

    [Fact]
    public void DepthWinsOverExcludedAddresses()
        => Assert.Equal("10.0.0.5", Find(new IpStrategyOptions { Depth = 1, ExcludedIPs = ["10.0.0.5"] }, "1.1.1.1, 10.0.0.5"));

    [Fact]
    public void WithoutOptionsThePeerIsTheClient() => Assert.Equal("127.0.0.1", Find(null, "9.9.9.9"));

    [Theory]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("9.9.9.9", "9.9.9.9")]
    [InlineData("nonsense", "nonsense")]
    public void Ipv6IsCutToASubnet(string header, string expected)
        => Assert.Equal(expected, Find(new IpStrategyOptions { Depth = 1, Ipv6Subnet = 64 }, header));

    [Theory]
    [InlineData(0)]
    [InlineData(129)]
    public void RefusesASubnetThatIsNone(int length)
        => Assert.Throws<ConfigurationException>(() => IpStrategy.Create(new IpStrategyOptions { Ipv6Subnet = length }));

    private static string Find(IpStrategyOptions? options, string header)
    {
        var bench = new MiddlewareBench();
        bench.RequestHeaders["X-Forwarded-For"] = header;
        return IpStrategy.Create(options).Find(bench.Context);
    }
}
