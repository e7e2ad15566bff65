using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares.Authentication;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Authentication;

public sealed class BasicAuthTests
{
    private const string Sha = "{SHA}UWuXg/ylF+7L0dBk2i0WUxCxl1k=";
    private static readonly BasicAuthOptions Options = new() { Users = ["u:" + Sha, "apr:$apr1$LO8mmnaa$CwCQtQCM.xo.QrMyic0Ay1", "é:" + Sha, "none:"] };

    [Theory]
    [InlineData("Basic dTpw", true, "u")]
    [InlineData("basic dTpw", true, "u")]
    [InlineData("Basic YXByOnA=", true, "apr")]
    [InlineData("", false, "")]
    [InlineData("Basic", false, "")]
    [InlineData("Basic !!!", false, "")]
    [InlineData("Basic  dTpw", false, "")]
    [InlineData("Basic dTp3cm9uZw==", false, "u")]
    [InlineData("Basic VTpw", false, "U")]
    [InlineData("Basic OnA=", false, "")]
    [InlineData("Basic bm9uZTo=", false, "none")]
    [InlineData("Basic YXByOnA", false, "")]
    [InlineData("Bearer dTpw", false, "")]
    public async Task LetsKnownUsersPass(string header, bool passes, string tried)
    {
        var bench = new MiddlewareBench();
        bench.RequestHeaders.Authorization = header;
        await bench.RunAsync("basicAuth", Options);
        Assert.Equal(passes, bench.WasForwarded);
        Assert.Equal(tried, bench.State.ClientUsername);
        if (!passes)
        {
            Assert.Equal(401, bench.Response.StatusCode);
            Assert.Equal("401 Unauthorized\n", bench.Response.BodyText);
            Assert.Equal("text/plain", bench.Response.Headers.ContentType.ToString());
            Assert.Equal("Basic realm=\"traefik\"", bench.Response.Headers.WWWAuthenticate.ToString());
        }
    }

    [Fact]
    public async Task NamesAreComparedAsBytes()
    {
        var bench = new MiddlewareBench();
        bench.RequestHeaders.Authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("é:p"));
        await bench.RunAsync("basicAuth", Options);
        Assert.True(bench.WasForwarded);
        Assert.Equal("é", bench.State.ClientUsername);
    }

    [Fact]
    public async Task TellsTheServerTheUserAndNothingThatTheClientSaid()
    {
        var bench = new MiddlewareBench();
        bench.RequestHeaders.Authorization = "Basic dTpw";
        bench.RequestHeaders["X_WebAuth_User"] = "admin";
        bench.RequestHeaders["x-webauth-user"] = "admin";
        await bench.RunAsync("basicAuth", Options with { HeaderField = "X-WebAuth-User", RemoveHeader = true });
        Assert.Equal([KeyValuePair.Create("X-WebAuth-User", "u")], bench.RequestHeaders.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString())));
    }

    [Fact]
    public async Task TheRealmIsQuoted()
    {
        var bench = await new MiddlewareBench().RunAsync("basicAuth", Options with { Realm = "My \"Realm\"" });
        Assert.Equal("Basic realm=\"My \\\"Realm\\\"\"", bench.Response.Headers.WWWAuthenticate.ToString());
    }

    [Fact]
    public void NeedsAUser()
        => Assert.Equal("no users found in ", Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build("basicAuth", new BasicAuthOptions())).Message);
}
