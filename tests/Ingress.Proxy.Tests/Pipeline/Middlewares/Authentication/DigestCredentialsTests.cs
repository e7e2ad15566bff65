using Ingress.Proxy.Pipeline.Middlewares.Authentication;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Authentication;

public sealed class DigestCredentialsTests
{
    // The example of RFC 2617, section 3.5.
    private const string Example = "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", "
        + "qop=auth, nc=00000001, cnonce=\"0a4f113b\", response=\"6629fae49393a05397450978507c4ef1\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";

    [Fact]
    public void FitsTheExampleOfTheSpecification()
    {
        var credentials = DigestCredentials.Parse(Example)!;
        Assert.Equal("Mufasa", credentials.UserName);
        Assert.True(credentials.Answers("5ccc069c403ebaf9f0171e9517f40e41"));
        Assert.True(credentials.Fits("GET", "939e7578ed9e3c518a452acee763bce9"));
        Assert.False(credentials.Fits("POST", "939e7578ed9e3c518a452acee763bce9"));
        Assert.False(credentials.Fits("GET", "039e7578ed9e3c518a452acee763bce9"));
    }

    [Theory]
    [InlineData("Digest username=\"a\\\"b\"", "a\"b")]
    [InlineData("digest username=a , nc=1", "a")]
    [InlineData("Digest username=\"\"", "")]
    public void ReadsQuotedAndBareValues(string header, string user) => Assert.Equal(user, DigestCredentials.Parse(header)!.UserName);

    [Theory]
    [InlineData("Basic dTpw")]
    [InlineData("")]
    [InlineData("Digest username=\"a\", username=\"b\"")]
    [InlineData("Digest username=\"a")]
    [InlineData("Digest nonsense")]
    public void RefusesWhatIsMalformed(string header) => Assert.Null(DigestCredentials.Parse(header));
}
