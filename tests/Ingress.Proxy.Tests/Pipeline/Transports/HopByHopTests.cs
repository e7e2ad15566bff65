using Ingress.Proxy.Pipeline.Transports;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Tests.Pipeline.Transports;

public sealed class HopByHopTests
{
    [Theory]
    [InlineData("connection", true)]
    [InlineData("Keep-Alive", true)]
    [InlineData("proxy-connection", true)]
    [InlineData("Proxy-Authenticate", true)]
    [InlineData("Proxy-Authorization", true)]
    [InlineData("TE", true)]
    [InlineData("Trailer", true)]
    [InlineData("transfer-encoding", true)]
    [InlineData("Upgrade", true)]
    [InlineData("Upgrade-Insecure-Requests", false)]
    [InlineData("Forwarded", false)]
    [InlineData("Host", false)]
    public void HeadersOfOneConnectionAreKnown(string name, bool expected) => Assert.Equal(expected, HopByHop.IsHopByHop(name));

    [Theory]
    [InlineData("keep-alive", false)]
    [InlineData("close, Upgrade", false)]
    [InlineData("close, X-One", true)]
    [InlineData("", false)]
    public void AConnectionHeaderMayNameOthers(string value, bool expected) => Assert.Equal(expected, HopByHop.NamesOthers(value));

    [Fact]
    public void TokensAreFoundInAnyLineAndCase()
    {
        var values = new StringValues(["close, X-One", "x-two"]);
        Assert.True(HopByHop.HasToken(values, "x-one"));
        Assert.True(HopByHop.HasToken(values, "X-Two"));
        Assert.False(HopByHop.HasToken(values, "X"));
    }
}
