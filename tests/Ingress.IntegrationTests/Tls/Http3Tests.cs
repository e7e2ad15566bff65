namespace Ingress.IntegrationTests.Tls;

/// <summary><c>http3</c> where the platform cannot.</summary>
public sealed class Http3Tests
{
    [Fact]
    public async Task TheEntryPointServesTheRestAndSaysWhatIsMissing()
    {
        const string Configuration = """
            http:
              routers:
                site: {rule: "Host(`www.site.test`)", service: up, entryPoints: [websecure], tls: {}}
              services:
                up: {loadBalancer: {servers: [{url: "{backend}"}]}}

            """;
        await using var proxy = await TlsProxy.StartAsync(Configuration, "log: {level: WARN}\n", entryPoint: "    http3: {advertisedPort: 443}\n");
        var talk = await proxy.TalkAsync("www.site.test", ["www.site.test"]);
        Assert.Equal(["200"], talk.Answers);
        Assert.DoesNotContain("alt-svc", talk.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("HTTP/3 on entry point websecure is not served, nor advertised: the QUIC library (libmsquic) is not installed", proxy.Process.Run.Output, StringComparison.Ordinal);
    }
}
