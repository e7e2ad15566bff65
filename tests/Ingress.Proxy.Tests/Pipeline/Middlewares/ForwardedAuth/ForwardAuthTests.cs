using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;
using Ingress.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Decoder = Ingress.Proxy.Configuration.Decoding.Decoder;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.ForwardedAuth;

public sealed class ForwardAuthTests
{
    [Theory]
    [InlineData(200, true)]
    [InlineData(204, true)]
    [InlineData(299, true)]
    [InlineData(300, false)]
    [InlineData(304, false)]
    [InlineData(401, false)]
    [InlineData(500, false)]
    public async Task OnlyTwoHundredsLetPass(int status, bool passes)
    {
        await using var auth = await AnsweringAsync(response => response.StatusCode = status);
        var bench = await new MiddlewareBench("/x").RunAsync("forwardAuth", new ForwardAuthOptions { Address = auth.Url });
        Assert.Equal(passes, bench.WasForwarded);
        Assert.Equal(passes ? 200 : status, bench.Response.StatusCode);
    }

    [Fact]
    public async Task TheDeprecatedCaOptionalIsTakenAndChangesNothing()
    {
        await using var auth = await AnsweringAsync(response => response.StatusCode = 204);
        var read = YamlReader.Read($"address: {auth.Url}\ntls:\n  caOptional: true\n", "options.yml");
        var decoded = Decoder.Decode<ForwardAuthOptions>(read.Root!, new DecoderSettings());
        Assert.Empty(decoded.Faults);
        Assert.True(decoded.Value.Tls!.CaOptional);
        Assert.True((await new MiddlewareBench("/x").RunAsync("forwardAuth", decoded.Value)).WasForwarded);
    }

    [Fact]
    public async Task ARefusalIsTheClientsAnswer()
    {
        await using var auth = await Backend.StartAsync(answer: context =>
        {
            context.Response.StatusCode = 403;
            context.Response.Headers["X-Any"] = "thing";
            context.Response.Headers["Connection"] = "X-Hop";
            context.Response.Headers["X-Hop"] = "1";
            context.Response.Headers["Keep-Alive"] = "timeout=5";
            context.Response.Headers["Proxy-Authenticate"] = "Basic";
            context.Response.Headers["Set-Cookie"] = new(["a=1", "b=2"]);
            return context.Response.WriteAsync("no");
        });
        var bench = await new MiddlewareBench("/x").RunAsync("forwardAuth", new ForwardAuthOptions { Address = auth.Url });
        Assert.Equal("no", bench.Response.BodyText);
        Assert.Equal("thing", bench.Response.Headers["X-Any"].ToString());
        Assert.Equal("a=1,b=2", bench.Response.Headers.SetCookie.ToString());
        Assert.Equal("Basic", bench.Response.Headers["Proxy-Authenticate"].ToString());
        Assert.False(bench.Response.Headers.ContainsKey("X-Hop"));
        Assert.False(bench.Response.Headers.ContainsKey("Keep-Alive"));
    }

    [Fact]
    public async Task ARefusalKeepsWhatOuterMiddlewaresHaveSaid()
    {
        await using var auth = await AnsweringAsync(response =>
        {
            response.StatusCode = 403;
            response.Headers.Vary = new(["Origin", "Cookie"]);
        });
        var bench = new MiddlewareBench("/x");
        bench.Response.Headers.Vary = "Accept-Encoding";
        await bench.RunAsync("forwardAuth", new ForwardAuthOptions { Address = auth.Url });
        Assert.Equal("Accept-Encoding,Origin,Cookie", bench.Response.Headers.Vary.ToString());
    }

    [Fact]
    public async Task A304SaysNothingOfABody()
    {
        await using var auth = await AnsweringAsync(response =>
        {
            response.StatusCode = 304;
            response.Headers.ETag = "\"v1\"";
            response.Headers.ContentType = "text/html";
        });
        var bench = await new MiddlewareBench("/x").RunAsync("forwardAuth", new ForwardAuthOptions { Address = auth.Url });
        Assert.Equal(304, bench.Response.StatusCode);
        Assert.Equal("\"v1\"", bench.Response.Headers.ETag.ToString());
        Assert.False(bench.Response.Headers.ContainsKey("Content-Type"));
        Assert.Null(bench.Response.Headers.ContentLength);
        Assert.Equal("", bench.Response.BodyText);
        Assert.False(bench.WasForwarded);
    }

    [Fact]
    public async Task AnEmptyHeaderOfTheAnswerReachesTheServer()
    {
        await using var auth = await AnsweringAsync(response => response.Headers["X-Groups"] = "");
        var bench = new MiddlewareBench("/x");
        bench.RequestHeaders["X-Groups"] = "forged";
        await bench.RunAsync("forwardAuth", new ForwardAuthOptions { Address = auth.Url, AuthResponseHeadersRegex = "^X-Groups$" });
        Assert.Equal("", Assert.Single(bench.RequestHeaders["X-Groups"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ARefusalToHeadSaysTheLengthOfItsBody(bool asksWithHead)
    {
        await using var auth = await Backend.StartAsync(answer: context =>
        {
            context.Response.StatusCode = 403;
            context.Response.ContentLength = 7;
            return context.Request.Method == "HEAD" ? Task.CompletedTask : context.Response.WriteAsync("not you");
        });
        var options = new ForwardAuthOptions { Address = auth.Url, PreserveRequestMethod = asksWithHead };
        var bench = await new MiddlewareBench("/x", "HEAD").RunAsync("forwardAuth", options);
        Assert.Equal("", bench.Response.BodyText);
        Assert.Equal(7, bench.Response.Headers.ContentLength);
    }

    [Theory]
    [InlineData(false, "/login?x=1", "{auth}/login?x=1")]
    [InlineData(false, "login", "{auth}/api/login")]
    [InlineData(false, "../up", "{auth}/up")]
    [InlineData(false, "?a", "{auth}/api/verify?a")]
    [InlineData(false, "//other.example/x", "http://other.example/x")]
    [InlineData(false, "https://login.example/?rd=x", "https://login.example/?rd=x")]
    [InlineData(true, "/login?x=1", "/login?x=1")]
    public async Task ALocationIsCompletedUnlessItShallStay(bool stays, string location, string expected)
    {
        await using var auth = await AnsweringAsync(response =>
        {
            response.StatusCode = 302;
            response.Headers.Location = location;
        });
        var options = new ForwardAuthOptions { Address = auth.Url + "/api/verify?q=1", PreserveLocationHeader = stays };
        var bench = await new MiddlewareBench("/x").RunAsync("forwardAuth", options);
        Assert.Equal(expected.Replace("{auth}", auth.Url, StringComparison.Ordinal), bench.Response.Headers.Location.ToString());
    }

    [Fact]
    public async Task A401SendsToTheSignInPage()
    {
        await using var auth = await AnsweringAsync(response =>
        {
            response.StatusCode = 401;
            response.Headers["X-A"] = "1";
        });
        var bench = await new MiddlewareBench("/x").RunAsync("forwardAuth", new ForwardAuthOptions { Address = auth.Url, AuthSigninUrl = "https://login.example/start?rd=/" });
        Assert.Equal(302, bench.Response.StatusCode);
        Assert.Equal("https://login.example/start?rd=/", bench.Response.Headers.Location.ToString());
        Assert.False(bench.Response.Headers.ContainsKey("X-A"));
        Assert.Equal("", bench.Response.BodyText);
    }

    [Fact]
    public async Task HeadersOfTheAnswerReplaceThoseOfTheClient()
    {
        await using var auth = await AnsweringAsync(response =>
        {
            response.Headers["X-User"] = new(["bob", "rob"]);
            response.Headers["X-Auth-Id"] = "7";
            response.Headers["X-Other"] = "no";
        });
        var bench = new MiddlewareBench("/x");
        bench.RequestHeaders["X-User"] = "forged";
        bench.RequestHeaders["x_user"] = "forged";
        bench.RequestHeaders["X-Groups"] = "forged";
        bench.RequestHeaders["X_Auth_Admin"] = "forged";
        bench.RequestHeaders["X-Author"] = "me";
        await bench.RunAsync("forwardAuth", new ForwardAuthOptions
        {
            Address = auth.Url,
            AuthResponseHeaders = ["X-User", "x-groups"],
            AuthResponseHeadersRegex = "^X-Auth-",
            HeaderField = "X-User",
        });
        Assert.True(bench.WasForwarded);
        Assert.Equal(
            ["X-Auth-Id: 7", "X-Author: me", "X-User: bob,rob"],
            bench.RequestHeaders.Select(header => $"{header.Key}: {header.Value}").Order(StringComparer.Ordinal));
        Assert.Equal("bob", bench.State.ClientUsername);
    }

    [Fact]
    public async Task FramingOfTheAnswerStaysOutOfTheRequest()
    {
        await using var auth = await Backend.StartAsync(answer: context => context.Response.WriteAsync("a body"));
        var bench = new MiddlewareBench("/x", "POST");
        bench.RequestHeaders.ContentLength = 5;
        bench.Context.Request.Body = new MemoryStream("hello"u8.ToArray());
        await bench.RunAsync("forwardAuth", new ForwardAuthOptions { Address = auth.Url, AuthResponseHeadersRegex = ".*" });
        Assert.Equal(5, bench.RequestHeaders.ContentLength);
        Assert.False(bench.RequestHeaders.ContainsKey("Transfer-Encoding"));
    }

    [Theory]
    [InlineData(false, "session=auth; Path=/", "other=server,session=auth; Path=/")]
    [InlineData(false, "unlisted=u", "other=server")]
    [InlineData(false, "", "session=server,other=server")]
    [InlineData(true, "session=auth", "session=server,other=server")]
    public async Task ListedCookiesReachTheClient(bool listsNone, string cookie, string expected)
    {
        await using var auth = await AnsweringAsync(response => response.Headers.SetCookie = cookie.Length > 0 ? cookie : default);
        var bench = new MiddlewareBench("/x")
        {
            Handler = context =>
            {
                context.Response.Headers.SetCookie = new(["session=server", "other=server"]);
                return Task.CompletedTask;
            }
        };
        await bench.RunAsync("forwardAuth", new ForwardAuthOptions { Address = auth.Url, AddAuthCookiesToResponse = listsNone ? [] : ["session"] });
        Assert.Equal(expected, bench.Response.Headers.SetCookie.ToString());
    }

    [Theory]
    [InlineData("hello", -1, 200)]
    [InlineData("hello", 5, 200)]
    [InlineData("hello!", 5, 401)]
    [InlineData("h", 0, 401)]
    public async Task ABodyGoesToBothServersWithinTheLimit(string body, long limit, int status)
    {
        await using var auth = await Backend.StartAsync();
        var seen = "";
        var bench = new MiddlewareBench("/x", "POST")
        {
            Handler = async context =>
            {
                using var reader = new StreamReader(context.Request.Body);
                seen = await reader.ReadToEndAsync();
            }
        };
        bench.RequestHeaders.ContentType = "text/plain";
        bench.RequestHeaders.ContentLength = body.Length;
        bench.Context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        await bench.RunAsync("forwardAuth", new ForwardAuthOptions { Address = auth.Url, ForwardBody = true, MaxBodySize = limit });
        Assert.Equal(status, bench.Response.StatusCode);
        Assert.Equal(status == 200 ? body : "", seen);
        if (status == 200)
        {
            var request = Assert.Single(auth.Seen);
            Assert.Equal("GET", request.Method);
            Assert.Equal(body, request.Body);
            Assert.Equal("text/plain", request.Header("Content-Type"));
        }
    }

    [Theory]
    [InlineData(false, "GET")]
    [InlineData(true, "POST")]
    public async Task TheMethodIsKeptWhereAsked(bool keeps, string expected)
    {
        await using var auth = await Backend.StartAsync();
        await new MiddlewareBench("/x", "POST").RunAsync("forwardAuth", new ForwardAuthOptions { Address = auth.Url + "/v?rd=https://l.example/%2f&x=1", PreserveRequestMethod = keeps });
        var request = Assert.Single(auth.Seen);
        Assert.Equal(expected, request.Method);
        Assert.Equal("/v?rd=https://l.example/%2f&x=1", request.Target);
        Assert.Equal("POST", request.Header("X-Forwarded-Method"));
    }

    [Theory]
    [InlineData(10, 200)]
    [InlineData(9, 401)]
    [InlineData(-1, 200)]
    public async Task AnAnswerBeyondTheLimitRefuses(long limit, int status)
    {
        await using var auth = await Backend.StartAsync(answer: context => context.Response.WriteAsync("0123456789"));
        var bench = await new MiddlewareBench("/x").RunAsync("forwardAuth", new ForwardAuthOptions { Address = auth.Url, MaxResponseBodySize = limit });
        Assert.Equal(status, bench.Response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("HTTP/1.1 200\r\nBad Header: x\r\n\r\n")]
    public async Task ABrokenAnswerKeepsTheDoorShut(string answer)
    {
        await using var auth = FaultyBackend.ThatWrites(answer);
        var bench = await new MiddlewareBench("/x").RunAsync("forwardAuth", new ForwardAuthOptions { Address = auth.Url });
        Assert.False(bench.WasForwarded);
        Assert.Equal(500, bench.Response.StatusCode);
        Assert.Equal("", bench.Response.BodyText);
    }

    [Fact]
    public async Task ASilentAuthServerKeepsTheDoorShut()
    {
        await using var auth = FaultyBackend.ThatHangs();
        var time = new FakeTimeProvider();
        var bench = new MiddlewareBench("/x") { Time = time };
        var run = bench.RunAsync("forwardAuth", new ForwardAuthOptions { Address = auth.Url });
        await Eventually.HoldsAsync("the auth server is asked", () => auth.Connections > 0);
        time.Advance(TimeSpan.FromSeconds(31));
        await run;
        Assert.False(bench.WasForwarded);
        Assert.Equal(500, bench.Response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("://nonsense")]
    [InlineData("ftp://auth.test/")]
    [InlineData("http://")]
    public async Task AnAddressThatIsNoneKeepsTheDoorShut(string address)
    {
        var bench = await new MiddlewareBench("/x").RunAsync("forwardAuth", new ForwardAuthOptions { Address = address });
        Assert.False(bench.WasForwarded);
        Assert.Equal(500, bench.Response.StatusCode);
    }

    [Fact]
    public async Task CredentialsOfTheAddressAreSentUnlessTheClientHasOwn()
    {
        await using var auth = await Backend.StartAsync();
        var options = new ForwardAuthOptions { Address = auth.Url.Replace("://", "://u:p%40@", StringComparison.Ordinal) };
        await new MiddlewareBench("/x").RunAsync("forwardAuth", options);
        var bench = new MiddlewareBench("/x");
        bench.RequestHeaders.Authorization = "Bearer t";
        await bench.RunAsync("forwardAuth", options);
        Assert.Equal(["Basic dTpwQA==", "Bearer t"], auth.Seen.Select(request => request.Header("Authorization")));
    }

    [Fact]
    public void FaultsOfTheConfigurationAreNamed()
    {
        Assert.Equal("error compiling regular expression (: error parsing regexp: missing closing ): `(`", Fault(new ForwardAuthOptions { AuthResponseHeadersRegex = "(" }));
        var tls = new ForwardAuthOptions { Address = "https://a.test", Tls = new ForwardAuthTlsOptions { Cert = "/missing/a.crt", Key = "/missing/a.key" } };
        Assert.StartsWith("unable to create client TLS configuration: ", Fault(tls), StringComparison.Ordinal);
    }

    private static string Fault(ForwardAuthOptions options) => Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build("forwardAuth", options)).Message;

    private static Task<Backend> AnsweringAsync(Action<HttpResponse> answer) => Backend.StartAsync(answer: context =>
    {
        answer(context.Response);
        return Task.CompletedTask;
    });
}
