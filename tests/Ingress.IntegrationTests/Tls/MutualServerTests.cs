using System.Globalization;
using System.Net;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Tls;

/// <summary>A server that wants a client's certificate (OpenSSL's), asked through transports that have the right one, a wrong one or none, and trust the right authority or a wrong one.</summary>
public sealed class MutualServerTests : IAsyncLifetime
{
    private const string Configuration = """
        http:
          routers:
            right: {rule: "Host(`right.test`)", service: right}
            none: {rule: "Host(`none.test`)", service: none}
            foreign: {rule: "Host(`foreign.test`)", service: foreign}
            missing: {rule: "Host(`missing.test`)", service: missing}
            untrusted: {rule: "Host(`untrusted.test`)", service: untrusted}
            system: {rule: "Host(`system.test`)", service: system}
            misnamed: {rule: "Host(`misnamed.test`)", service: misnamed}
            skipped: {rule: "Host(`skipped.test`)", service: skipped}
            away: {rule: "Host(`away.test`)", service: away}
          services:
            right: {loadBalancer: {serversTransport: right, servers: [{url: "{server}"}]}}
            none: {loadBalancer: {serversTransport: none, servers: [{url: "{server}"}]}}
            foreign: {loadBalancer: {serversTransport: foreign, servers: [{url: "{server}"}]}}
            missing: {loadBalancer: {serversTransport: missing, servers: [{url: "{server}"}]}}
            untrusted: {loadBalancer: {serversTransport: untrusted, servers: [{url: "{server}"}]}}
            system: {loadBalancer: {serversTransport: system, servers: [{url: "{server}"}]}}
            misnamed: {loadBalancer: {serversTransport: misnamed, servers: [{url: "{server}"}]}}
            skipped: {loadBalancer: {serversTransport: skipped, servers: [{url: "{server}"}]}}
            away: {loadBalancer: {serversTransport: right, servers: [{url: "https://127.0.0.1:1"}]}}
          serversTransports:
            right: {serverName: site.test, rootCAs: ["{dir}/ca.crt"], certificates: [{certFile: "{dir}/client.crt", keyFile: "{dir}/client.key"}]}
            none: {serverName: site.test, rootCAs: ["{dir}/ca.crt"]}
            foreign: {serverName: site.test, rootCAs: ["{dir}/ca.crt"], certificates: [{certFile: "{dir}/foreign.crt", keyFile: "{dir}/foreign.key"}]}
            missing: {serverName: site.test, rootCAs: ["{dir}/ca.crt"], certificates: [{certFile: "{dir}/nowhere.crt", keyFile: "{dir}/nowhere.key"}]}
            untrusted: {serverName: site.test, rootCAs: ["{dir}/foreign-ca.crt"], certificates: [{certFile: "{dir}/client.crt", keyFile: "{dir}/client.key"}]}
            system: {serverName: site.test, certificates: [{certFile: "{dir}/client.crt", keyFile: "{dir}/client.key"}]}
            misnamed: {serverName: other.test, rootCAs: ["{dir}/ca.crt"], certificates: [{certFile: "{dir}/client.crt", keyFile: "{dir}/client.key"}]}
            skipped: {serverName: other.test, insecureSkipVerify: true, certificates: [{certFile: "{dir}/client.crt", keyFile: "{dir}/client.key"}]}

        """;

    private readonly int port = FreePort.Next();
    private readonly TestAuthority foreign = new("foreign");
    private TlsProxy proxy = null!;

    private string Url => $"https://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";

    public async Task InitializeAsync() => proxy = await TlsProxy.StartAsync(Configuration.Replace("{server}", Url, StringComparison.Ordinal), "log:\n  level: WARN\n", onStart: process =>
    {
        var (chain, key) = foreign.Client("foreign");
        process.Write("foreign.crt", chain);
        process.Write("foreign.key", key);
        process.Write("foreign-ca.crt", foreign.RootPem);
    });

    public async Task DisposeAsync()
    {
        await proxy.DisposeAsync();
        foreign.Dispose();
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task TheServerIsReachedWithTheRightCertificateOnlyAndEachRefusalHasItsCauseInTheLog(string version)
    {
        await using var server = ProgramRun.Start("openssl",
        [
            "s_server", "-accept", $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", "-www", "-Verify", "3", "-verify_return_error", version,
            "-CAfile", proxy.Process.File("ca.crt"), "-cert", proxy.Process.File("site.crt"), "-cert_chain", proxy.Process.File("site.crt"), "-key", proxy.Process.File("site.key"),
        ]);
        await Eventually.HoldsAsync("the server listens", () => server.Output.Contains("ACCEPT", StringComparison.Ordinal));

        Assert.Matches("Client certificate\n(.*\n)*.*CN ?= ?client", await AskAsync("right.test", HttpStatusCode.OK));
        await AskAsync("skipped.test", HttpStatusCode.OK);

        await RefusedAsync("none", HttpStatusCode.BadGateway, version == "-tls1_2" ? "alert handshake failure" : "alert certificate required");
        await RefusedAsync("missing", HttpStatusCode.BadGateway, "alert");
        await RefusedAsync("foreign", HttpStatusCode.BadGateway, "alert unknown ca");
        await RefusedAsync("away", HttpStatusCode.BadGateway, "Connection refused");
        await RefusedAsync("untrusted", HttpStatusCode.InternalServerError, "the server's certificate is not trusted: its issuer is unknown");
        await RefusedAsync("system", HttpStatusCode.InternalServerError, "the server's certificate is not trusted: its issuer is unknown");
        await RefusedAsync("misnamed", HttpStatusCode.InternalServerError, "the server's certificate is not trusted: it is for other names (CN=site.test)");
        Assert.Contains("serversTransport missing@file: certificates: " + proxy.Process.File("nowhere.crt"), proxy.Process.Run.Output, StringComparison.Ordinal);
    }

    private async Task RefusedAsync(string name, HttpStatusCode expected, string cause)
    {
        await AskAsync(name + ".test", expected);
        var line = $"of {name}@file failed with {(int)expected}: ";
        await Eventually.HoldsAsync($"the refusal of {name} is told", () => proxy.Process.Run.Output.Contains(line, StringComparison.Ordinal));
        Assert.Contains(cause, proxy.Process.Run.Output.Split('\n').First(text => text.Contains(line, StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    private async Task<string> AskAsync(string host, HttpStatusCode expected)
    {
        using var answer = await proxy.Process.GetAsync(host);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{host}: {answer.StatusCode}\n{body}\n{proxy.Process.Run.Output}");
        return body;
    }
}
