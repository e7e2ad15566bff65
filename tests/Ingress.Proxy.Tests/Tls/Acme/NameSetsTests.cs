using Ingress.Proxy.Tls.Acme;

namespace Ingress.Proxy.Tests.Tls.Acme;

public sealed class NameSetsTests
{
    [Theory]
    [InlineData("a.test", "", "a.test")]
    [InlineData("A.Test.", "b.test", "a.test,b.test")]
    [InlineData("a.test", "a.test,b.test,B.test", "a.test,b.test")]
    [InlineData("*.home.test", "a.home.test,home.test,a.b.home.test", "*.home.test,home.test,a.b.home.test")]
    [InlineData("a.home.test", "*.home.test", "*.home.test")]
    [InlineData("Bücher.test", "xn--bcher-kva.test", "bücher.test")]
    [InlineData("*.bücher.test", "a.xn--bcher-kva.test", "*.bücher.test")]
    [InlineData("10.1.2.3", "", "10.1.2.3")]
    public void NamesAreBroughtIntoOneForm(string main, string sans, string expected) =>
        Assert.Equal(expected, string.Join(',', NameSets.Normalise([main, .. sans.Split(',')])));

    [Theory]
    [InlineData("*.*.home.test", "ACME does not allow '*.*' wildcard domain")]
    [InlineData("a.*.test", "only allowed as the first label")]
    [InlineData("*home.test", "only allowed as the first label")]
    [InlineData("bü..test", "not a valid domain name")]
    public void ImpossibleWildcardsAreRefused(string name, string expected)
    {
        var refusal = Assert.Throws<FormatException>(() => NameSets.Normalise([name]));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bücher.test.", "xn--bcher-kva.test")]
    [InlineData("*.bücher.test", "*.xn--bcher-kva.test")]
    [InlineData("a.test", "a.test")]
    [InlineData("bü..test", "bü..test")]
    public void NamesAreComparedInTheFormOfTheProtocol(string name, string expected) => Assert.Equal(expected, NameSets.InProtocol(name));

    [Theory]
    [InlineData("a.home.test", true)]
    [InlineData("home.test", false)]
    [InlineData("a.b.home.test", false)]
    [InlineData("other.test", true)]
    [InlineData("*.home.test", true)]
    [InlineData("*.other.test", false)]
    public void AWildcardCoversOneLabel(string name, bool covered) =>
        Assert.Equal(covered, NameSets.Covers(new HashSet<string> { "*.home.test", "other.test" }, name));
}
