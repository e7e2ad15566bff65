using Ingress.Proxy.Pipeline.Matching;

namespace Ingress.Proxy.Tests.Pipeline.Matching;

public sealed class RoutingHostTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a.test", "a.test")]
    [InlineData("A.Test:80", "a.test")]
    [InlineData(" a.test ", "a.test")]
    [InlineData("a.test.:8080", "a.test.")]
    [InlineData("a.test:x", "a.test")]
    [InlineData("[2001:DB8::7]", "2001:db8::7")]
    [InlineData("[2001:db8::7]:80", "2001:db8::7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("[::1", "[::1")]
    [InlineData("[::1]x:80", "[::1]x:80")]
    [InlineData(":80", "")]
    [InlineData("[", "[")]
    [InlineData("[]", "[]")]
    public void IsLowerCaseWithoutPortAndBrackets(string header, string host) => Assert.Equal(host, RoutingHost.Of(header));

    [Fact]
    public void IsTheSameInstanceWhereNothingChanges()
    {
        var host = new string("plain.test");
        Assert.Same(host, RoutingHost.Of(host));
    }
}
