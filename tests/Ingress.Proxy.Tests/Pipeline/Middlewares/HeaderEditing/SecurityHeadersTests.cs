using Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.HeaderEditing;

public sealed class SecurityHeadersTests
{
    public static TheoryData<HeadersOptions, string, string> Simple => new()
    {
        { new HeadersOptions { FrameDeny = true }, "X-Frame-Options", "DENY" },
        { new HeadersOptions { FrameDeny = true, CustomFrameOptionsValue = "SAMEORIGIN" }, "X-Frame-Options", "SAMEORIGIN" },
        { new HeadersOptions { ContentTypeNosniff = true }, "X-Content-Type-Options", "nosniff" },
        { new HeadersOptions { BrowserXssFilter = true }, "X-XSS-Protection", "1; mode=block" },
        { new HeadersOptions { BrowserXssFilter = true, CustomBrowserXssValue = "0" }, "X-XSS-Protection", "0" },
        { new HeadersOptions { ContentSecurityPolicy = "default-src 'self'" }, "Content-Security-Policy", "default-src 'self'" },
        { new HeadersOptions { ContentSecurityPolicyReportOnly = "default-src 'none'" }, "Content-Security-Policy-Report-Only", "default-src 'none'" },
        { new HeadersOptions { ReferrerPolicy = "same-origin" }, "Referrer-Policy", "same-origin" },
        { new HeadersOptions { PermissionsPolicy = "camera=()" }, "Permissions-Policy", "camera=()" },
        { new HeadersOptions { StsSeconds = 10, ForceStsHeader = true }, "Strict-Transport-Security", "max-age=10" },
        { new HeadersOptions { StsSeconds = 10 }, "Strict-Transport-Security", "" },
        { new HeadersOptions { StsSeconds = 0, ForceStsHeader = true }, "Strict-Transport-Security", "" },
        { new HeadersOptions { StsSeconds = 10, ForceStsHeader = true, IsDevelopment = true }, "Strict-Transport-Security", "" },
        { new HeadersOptions { PublicKey = "pin" }, "Public-Key-Pins", "" },
    };

    [Theory]
    [MemberData(nameof(Simple))]
    public async Task ReplacesTheServersHeader(HeadersOptions options, string name, string expected)
    {
        var bench = new MiddlewareBench
        {
            Handler = context =>
            {
                context.Response.Headers[name] = expected.Length > 0 ? "of the server" : default;
                return Task.CompletedTask;
            }
        };
        await bench.RunAsync("headers", options);
        Assert.Equal(expected, bench.Response.Headers[name].ToString());
    }

    [Theory]
    [InlineData(true, null, "max-age=5; includeSubDomains; preload", "pin")]
    [InlineData(false, "on", "max-age=5; includeSubDomains; preload", "pin")]
    [InlineData(false, "off", "", "")]
    public async Task SomeHeadersGoOutOverTlsOnly(bool isTls, string? header, string strictTransport, string publicKey)
    {
        var bench = new MiddlewareBench();
        bench.State.IsTls = isTls;
        bench.RequestHeaders["X-My-Tls"] = header;
        await bench.RunAsync("headers", new HeadersOptions
        {
            StsSeconds = 5,
            StsIncludeSubdomains = true,
            StsPreload = true,
            PublicKey = "pin",
            SslProxyHeaders = new Dictionary<string, string> { ["X-My-Tls"] = "on" },
        });
        Assert.Equal(strictTransport, bench.Response.Headers.StrictTransportSecurity.ToString());
        Assert.Equal(publicKey, bench.Response.Headers["Public-Key-Pins"].ToString());
    }

    [Theory]
    [InlineData("hosts.test", "", true)]
    [InlineData("HOSTS.test", "", true)]
    [InlineData("hosts.test:18080", "", false)]
    [InlineData("api.test:18080", "", true)]
    [InlineData("other.test", "", false)]
    [InlineData("other.test", "hosts.test", true)]
    [InlineData("hosts.test", "other.test", false)]
    public async Task OnlyAllowedHostsPass(string host, string header, bool passes)
    {
        var bench = new MiddlewareBench(host: host);
        bench.RequestHeaders["X-Second"] = header;
        await bench.RunAsync("headers", new HeadersOptions { AllowedHosts = ["hosts.test", "api.test:18080"], HostsProxyHeaders = ["X-First", "X-Second"] });
        Assert.Equal(passes, bench.WasForwarded);
        Assert.Equal(passes ? 200 : 500, bench.Response.StatusCode);
    }

    [Fact]
    public async Task ANonceIsFreshForEveryAnswer()
    {
        async Task<string> PolicyAsync()
        {
            var bench = await new MiddlewareBench().RunAsync("headers", new HeadersOptions { ContentSecurityPolicy = "script-src $NONCE" });
            return bench.Response.Headers.ContentSecurityPolicy.ToString();
        }

        var first = await PolicyAsync();
        Assert.Matches("^script-src 'nonce-[A-Za-z0-9+/=]{24}'$", first);
        Assert.NotEqual(first, await PolicyAsync());
    }
}
