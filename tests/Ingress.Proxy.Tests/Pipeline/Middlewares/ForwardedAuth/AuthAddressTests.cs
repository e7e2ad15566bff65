using Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.ForwardedAuth;

public sealed class AuthAddressTests
{
    [Theory]
    [InlineData("http://u:p@auth.test:81/v?x=@", "http://auth.test:81/v?x=@", "Basic dTpw")]
    [InlineData("http://auth.test", "http://auth.test/", null)]
    [InlineData("http://auth.test?x", "http://auth.test/?x", null)]
    [InlineData("https://auth.test/a%2fb", "https://auth.test/a%2fb", null)]
    public void KeepsCredentialsApart(string address, string text, string? credentials)
    {
        Assert.True(AuthAddress.TryParse(address, out var parsed));
        Assert.Equal(text, parsed.Text);
        Assert.Equal(credentials, parsed.Credentials);
    }

    [Theory]
    [InlineData("")]
    [InlineData("auth.test")]
    [InlineData("http://")]
    [InlineData("ftp://auth.test")]
    public void RefusesWhatIsNoHttpUrl(string address) => Assert.False(AuthAddress.TryParse(address, out _));
}
