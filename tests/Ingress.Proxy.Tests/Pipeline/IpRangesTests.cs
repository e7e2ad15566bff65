using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline;

namespace Ingress.Proxy.Tests.Pipeline;

public sealed class IpRangesTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.1.2.3/8", "10.9.9.9", true)]
    [InlineData(" 192.168.1.7 ", "192.168.1.7", true)]
    [InlineData("192.168.1.7", "192.168.1.8", false)]
    [InlineData("192.168.1.7", "::ffff:192.168.1.7", true)]
    [InlineData("::/0", "192.168.1.7", false)]
    [InlineData("0.0.0.0/0", "192.168.1.7", true)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("2001:db8::/32", "2001:db8:1::5", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("::1", "::1", true)]
    [InlineData("fe80::/10", "fe80::1%eth0", true)]
    [InlineData("10.0.0.0/8", "10.1", false)]
    [InlineData("10.0.0.0/8", "010.1.1.1", false)]
    [InlineData("10.0.0.0/8", "0x0a.1.1.1", false)]
    [InlineData("10.0.0.0/8", "", false)]
    [InlineData("::/0", "[::1]", false)]
    public void KnowsWhichAddressesAreInARange(string range, string address, bool expected)
        => Assert.Equal(expected, IpRanges.Parse([range]).Contains(address));

    [Theory]
    [InlineData("10.1.1.1:80", true)]
    [InlineData("10.1.1.1", true)]
    [InlineData("[2001:db8::1]:80", true)]
    [InlineData("[2001:db8::1]", false)]
    [InlineData("2001:db8::1", true)]
    [InlineData(":80", false)]
    [InlineData("[]:80", false)]
    [InlineData("[", false)]
    public void TakesAHostWithOrWithoutAPort(string address, bool expected)
        => Assert.Equal(expected, IpRanges.Parse(["10.0.0.0/8", "2001:db8::/32"]).ContainsHost(address));

    [Theory]
    [InlineData("not-an-ip")]
    [InlineData("10.0.0.0/64")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/+8")]
    [InlineData("10.0.0/8")]
    [InlineData("::1/129")]
    [InlineData("fe80::1%eth0")]
    [InlineData("")]
    public void RefusesABadEntryAndNamesIt(string entry)
    {
        var fault = Assert.Throws<ConfigurationException>(() => IpRanges.Parse(["10.0.0.0/8", entry]));
        Assert.Equal($"parsing CIDR trusted IPs <nil>: invalid CIDR address: {entry}", fault.Message);
    }

    [Fact]
    public void RefusesAnEmptyList() => Assert.Throws<ConfigurationException>(() => IpRanges.Parse([]));
}
