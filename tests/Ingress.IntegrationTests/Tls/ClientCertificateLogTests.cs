using System.Text.Json.Nodes;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Tls;

/// <summary>What the access log says of a client's certificate.</summary>
public sealed class ClientCertificateLogTests
{
    private const string Configuration = """
        http:
          routers:
            mutual: {rule: "Host(`mutual.site.test`)", service: up, entryPoints: [websecure], tls: {options: mutual}}
            open: {rule: "Host(`open.site.test`)", service: up, entryPoints: [websecure], tls: {}}
          services:
            up: {loadBalancer: {servers: [{url: "{backend}"}]}}
        tls:
          certificates: [{certFile: "{dir}/site.crt", keyFile: "{dir}/site.key"}]
          options:
            mutual: {clientAuth: {caFiles: ["{dir}/ca.crt"], clientAuthType: RequireAndVerifyClientCert}}

        """;

    [Theory]
    [InlineData("-tls1_2", "1.2")]
    [InlineData("-tls1_3", "1.3")]
    public async Task JsonLinesNameTheSubjectAlsoInAResumedSession(string argument, string version)
    {
        await using var proxy = await StartAsync("format: json");
        var session = proxy.Process.File("session");
        await proxy.TalkAsync("mutual.site.test", ["mutual.site.test"], [argument, "-sess_out", session, .. Ann(proxy)]);
        Assert.True((await proxy.TalkAsync("mutual.site.test", ["mutual.site.test"], argument, "-sess_in", session)).IsResumed);
        await proxy.TalkAsync("open.site.test", ["open.site.test"], [argument, .. Ann(proxy)]);
        var lines = await LinesAsync(proxy, 3);
        var told = lines.Select(line => JsonNode.Parse(line)!).Select(line => ((string?)line["RouterName"], (string?)line["TLSClientSubject"], (string?)line["TLSVersion"]));
        Assert.Equal([("mutual@file", @"CN=ann,O=Home\, Inc.,C=DE", version), ("mutual@file", @"CN=ann,O=Home\, Inc.,C=DE", version), ("open@file", null, version)], told);
        Assert.All(lines, line => Assert.StartsWith("TLS_", (string)JsonNode.Parse(line)!["TLSCipher"]!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task JsonLinesLeaveTheSubjectOutWhereItIsDropped()
    {
        await using var proxy = await StartAsync("format: json\n  fields: {names: {tlsclientsubject: drop}}");
        await proxy.TalkAsync("mutual.site.test", ["mutual.site.test"], Ann(proxy));
        var line = JsonNode.Parse(Assert.Single(await LinesAsync(proxy, 1)))!.AsObject();
        Assert.Equal((false, true), (line.ContainsKey("TLSClientSubject"), line.ContainsKey("TLSVersion")));
    }

    [Fact]
    public async Task CommonLinesHaveNoPlaceForTheSubject()
    {
        await using var proxy = await StartAsync("format: common");
        await proxy.TalkAsync("mutual.site.test", ["mutual.site.test"], Ann(proxy));
        var line = Assert.Single(await LinesAsync(proxy, 1));
        Assert.Matches($"""^127\.0\.0\.1 - - \[[^\]]+\] "GET / HTTP/1\.1" 200 \d+ "-" "-" 1 "mutual@file" "{proxy.Backend.Url}" \d+ms$""", line);
    }

    private static async Task<TlsProxy> StartAsync(string format)
    {
        var proxy = await TlsProxy.StartAsync(Configuration, $"accessLog:\n  filePath: \"{{dir}}/access.log\"\n  {format}\n");
        proxy.WritePair("ann", proxy.Authority.Client("ann,O=\"Home, Inc.\",C=DE"));
        return proxy;
    }

    private static string[] Ann(TlsProxy proxy) => ["-cert", proxy.Process.File("ann.crt"), "-key", proxy.Process.File("ann.key"), "-cert_chain", proxy.Process.File("issuer.crt")];

    /// <summary>The lines of the access log for requests that passed by TLS, once there are so many.</summary>
    private static async Task<string[]> LinesAsync(TlsProxy proxy, int count)
    {
        string[] lines = [];
        await Eventually.HoldsAsync($"{count} lines", async () =>
        {
            lines = await File.ReadAllLinesAsync(proxy.Process.File("access.log"));
            return lines.Length >= count;
        });
        return lines;
    }
}
