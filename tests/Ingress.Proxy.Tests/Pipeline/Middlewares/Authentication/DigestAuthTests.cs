using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares.Authentication;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Authentication;

public sealed class DigestAuthTests
{
    private static readonly DigestAuthOptions Options = new() { Users = [$"u:traefik:{Md5("u:traefik:p")}", $"w:elsewhere:{Md5("w:elsewhere:p")}"] };

    [Theory]
    [InlineData("u", "p", "/x?a=1", "/x?a=1", true)]
    [InlineData("u", "p", "/x?a=1", "/x", true)]
    [InlineData("u", "p", "/x", "/other", false)]
    [InlineData("u", "p", "/x/y", "/x", false)]
    [InlineData("u", "q", "/x", "/x", false)]
    [InlineData("nobody", "p", "/x", "/x", false)]
    [InlineData("w", "p", "/x", "/x", false)]
    public async Task LetsAProvenUserPass(string user, string password, string target, string uri, bool passes)
    {
        var middleware = new DigestAuth(_ => Task.CompletedTask, Options, new DigestNonces(TimeProvider.System));
        var (nonce, opaque) = await AskAsync(middleware);
        var bench = await TryAsync(middleware, target, Header(user, password, nonce, opaque, uri, 1));
        Assert.Equal(passes ? 200 : 401, bench.Response.StatusCode);
        Assert.Equal(user, bench.State.ClientUsername);
    }

    [Fact]
    public async Task ACountThatGoesBackIsStaleAndOneThatIsTheSameIsNot()
    {
        var middleware = new DigestAuth(_ => Task.CompletedTask, Options, new DigestNonces(TimeProvider.System));
        var (nonce, opaque) = await AskAsync(middleware);
        Assert.Equal(200, (await TryAsync(middleware, "/x", Header("u", "p", nonce, opaque, "/x", 5))).Response.StatusCode);
        var same = await TryAsync(middleware, "/x", Header("u", "p", nonce, opaque, "/x", 5));
        Assert.DoesNotContain("stale", same.Response.Headers.WWWAuthenticate.ToString(), StringComparison.Ordinal);
        var back = await TryAsync(middleware, "/x", Header("u", "p", nonce, opaque, "/x", 4));
        Assert.Equal(401, back.Response.StatusCode);
        Assert.Contains(", stale=\"true\", algorithm=\"MD5\", qop=\"auth\"", back.Response.Headers.WWWAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("opaque=\"", "opaque=\"x")]
    [InlineData("qop=auth", "qop=auth-int")]
    [InlineData("algorithm=MD5", "algorithm=SHA-256")]
    [InlineData("nc=00000001", "nc=zz")]
    public async Task RefusesAnotherChallenge(string part, string instead)
    {
        var middleware = new DigestAuth(_ => Task.CompletedTask, Options, new DigestNonces(TimeProvider.System));
        var (nonce, opaque) = await AskAsync(middleware);
        var header = Header("u", "p", nonce, opaque, "/x", 1).Replace(part, instead, StringComparison.Ordinal);
        Assert.Equal(401, (await TryAsync(middleware, "/x", header)).Response.StatusCode);
    }

    [Fact]
    public async Task NoUsersLetNobodyIn() => Assert.Equal(401, (await new MiddlewareBench().RunAsync("digestAuth", new DigestAuthOptions())).Response.StatusCode);

    [Fact]
    public void NamesAMalformedEntry()
    {
        var fault = Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build("digestAuth", new DigestAuthOptions { Users = ["u:traefik"] }));
        Assert.StartsWith("error parsing DigestUser: u", fault.Message, StringComparison.Ordinal);
    }

    private static async Task<(string Nonce, string Opaque)> AskAsync(DigestAuth middleware)
    {
        var challenge = (await TryAsync(middleware, "/x", "")).Response.Headers.WWWAuthenticate.ToString();
        var match = Regex.Match(challenge, "^Digest realm=\"traefik\", nonce=\"([^\"]+)\", opaque=\"([^\"]+)\", algorithm=\"MD5\", qop=\"auth\"$");
        Assert.True(match.Success, challenge);
        return (match.Groups[1].Value, match.Groups[2].Value);
    }

    private static Task<MiddlewareBench> TryAsync(DigestAuth middleware, string target, string header)
    {
        var bench = new MiddlewareBench(target);
        bench.RequestHeaders.Authorization = header;
        return bench.RunAsync(middleware.InvokeAsync);
    }

    private static string Header(string user, string password, string nonce, string opaque, string uri, int count)
    {
        var response = Md5($"{Md5($"{user}:traefik:{password}")}:{nonce}:{count:x8}:cn:auth:{Md5("GET:" + uri)}");
        return $"Digest username=\"{user}\", realm=\"traefik\", nonce=\"{nonce}\", uri=\"{uri}\", algorithm=MD5, qop=auth, nc={count:x8}, cnonce=\"cn\", response=\"{response}\", opaque=\"{opaque}\"";
    }

    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}
