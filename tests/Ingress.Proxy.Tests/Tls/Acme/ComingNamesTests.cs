using Ingress.Proxy.Tls.Acme;

namespace Ingress.Proxy.Tests.Tls.Acme;

public sealed class ComingNamesTests
{
    [Theory]
    [InlineData("a.test", 0, true)]
    [InlineData("a.test", 1, false)]
    [InlineData("other.test", 0, false)]
    [InlineData("c.home.test", 0, true)]
    [InlineData("c.home.test", 2, true)]
    [InlineData("c.home.test", 3, false)]
    [InlineData("home.test", 0, false)]
    [InlineData("*.home.test", 0, true)]
    [InlineData("d.c.home.test", 0, false)]
    public void ANameComesInALargerSetOrWithAWildcardUnlessThatIsRefused(string name, int refusals, bool expected)
    {
        var one = new ManagedCertificate([name]);
        var larger = new ManagedCertificate(["a.test", "b.test", "*.home.test"]) { Refusals = refusals };
        Assert.Equal(expected, new ComingNames([one, larger]).Bring(name, one));
    }

    [Fact]
    public void OfTwoSetsOfOneSizeNeitherWaitsForTheOther()
    {
        var (one, other) = (new ManagedCertificate(["a.test", "b.test"]), new ManagedCertificate(["b.test", "c.test"]));
        var coming = new ComingNames([one, other]);
        Assert.False(coming.Bring("b.test", one));
        Assert.False(coming.Bring("b.test", other));
    }
}
