using System.Globalization;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Tls;

/// <summary>Whatever a client does, a router is never reached with weaker TLS options than its own.</summary>
public sealed class OptionsTests : IAsyncLifetime
{
    private const string Configuration = """
        http:
          routers:
            open: {rule: "Host(`open.site.test`)", service: up, entryPoints: [websecure], tls: {}, middlewares: [open]}
            secure: {rule: "Host(`secure.site.test`)", service: up, entryPoints: [websecure], tls: {options: mutual}, middlewares: [secure]}
            dotted: {rule: "Host(`dotted.site.test.`)", service: up, entryPoints: [websecure], tls: {options: mutual}, middlewares: [secure]}
            wild: {rule: "Host(`*.wild.site.test`)", service: up, entryPoints: [websecure], tls: {options: mutual}, middlewares: [secure]}
            modern: {rule: "Host(`modern.site.test`)", service: up, entryPoints: [websecure], tls: {options: modern}, middlewares: [modern]}
            strict: {rule: "Host(`strict.other.test`)", service: up, entryPoints: [websecure], tls: {options: strict}, middlewares: [modern]}
          middlewares:
            open: {headers: {customResponseHeaders: {X-Router: open}}}
            secure: {headers: {customResponseHeaders: {X-Router: secure}}}
            modern: {headers: {customResponseHeaders: {X-Router: modern}}}
          services:
            up: {loadBalancer: {servers: [{url: "{backend}"}]}}
        tls:
          certificates: [{certFile: "{dir}/site.crt", keyFile: "{dir}/site.key"}]
          options:
            mutual: {clientAuth: {caFiles: ["{dir}/ca.crt"]}}
            modern: {minVersion: VersionTLS13}
            strict: {sniStrict: true}

        """;

    private static readonly string[] Hosts =
    [
        "open.site.test", "secure.site.test", "SECURE.Site.Test", "secure.site.test.", "secure.site.test:443", "dotted.site.test", "a.wild.site.test", "A.WILD.site.test.",
        "modern.site.test", "nobody.site.test",
    ];

    private TlsProxy proxy = null!;

    public async Task InitializeAsync() => proxy = await TlsProxy.StartAsync(Configuration);

    public async Task DisposeAsync() => await proxy.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("open.site.test")]
    [InlineData("OPEN.site.test.")]
    [InlineData("wild.site.test")]
    [InlineData("a.b.wild.site.test")]
    [InlineData("nobody.site.test")]
    public async Task AnOpenNameLeadsToNoRouterWithOtherOptions(string? serverName)
        => Assert.Equal(["open", "421", "421", "421", "421", "421", "421", "421", "421", "404"], (await proxy.TalkAsync(serverName, Hosts)).Answers);

    [Theory]
    [InlineData("secure.site.test")]
    [InlineData("SECURE.Site.TEST")]
    [InlineData("secure.site.test.")]
    [InlineData("dotted.site.test")]
    [InlineData("a.wild.site.test")]
    [InlineData("A.Wild.site.test.")]
    public async Task ASecureNameAsksForTheCertificate(string serverName)
    {
        Assert.Empty((await proxy.TalkAsync(serverName, Hosts)).Answers);
        Assert.Equal(["421", "secure", "secure", "secure", "secure", "secure", "secure", "secure", "421", "404"], (await proxy.TalkAsync(serverName, Hosts, proxy.WithClientCertificate)).Answers);
    }

    [Fact]
    public async Task VersionsAndStrictNamesHold()
    {
        Assert.Empty((await proxy.TalkAsync("modern.site.test", ["modern.site.test"], "-tls1_2")).Answers);
        Assert.Equal(["modern"], (await proxy.TalkAsync("modern.site.test", ["modern.site.test"])).Answers);
        Assert.Equal(["421"], (await proxy.TalkAsync("open.site.test", ["modern.site.test"], "-tls1_2")).Answers);
        var refused = await proxy.TalkAsync("strict.other.test", ["strict.other.test"]);
        Assert.Empty(refused.Answers);
        Assert.Contains("unrecognized name", refused.Output, StringComparison.Ordinal);
        Assert.Empty((await proxy.TalkAsync("open.site.test", ["open.site.test"], "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")).Answers);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task ASessionIsNoWayAroundTheOptions(string version)
    {
        var (open, secure) = (proxy.Process.File("open" + version), proxy.Process.File("secure" + version));
        Assert.Equal(["open"], (await proxy.TalkAsync("open.site.test", ["open.site.test"], version, "-sess_out", open)).Answers);
        var without = await proxy.TalkAsync("secure.site.test", ["secure.site.test"], version, "-sess_in", open);
        Assert.Empty(without.Answers);
        Assert.False(without.IsResumed);
        var with = await proxy.TalkAsync("secure.site.test", ["secure.site.test"], [version, "-sess_in", open, "-sess_out", secure, .. proxy.WithClientCertificate]);
        Assert.Equal((false, "secure"), (with.IsResumed, Assert.Single(with.Answers)));
        var back = await proxy.TalkAsync("open.site.test", ["secure.site.test"], version, "-sess_in", secure);
        Assert.Equal((false, "421"), (back.IsResumed, Assert.Single(back.Answers)));
        var again = await proxy.TalkAsync("secure.site.test", ["secure.site.test"], version, "-sess_in", secure);
        Assert.Equal((true, "secure"), (again.IsResumed, Assert.Single(again.Answers)));
    }

    [Theory]
    [InlineData("secure.site.test", true)]
    [InlineData("secure.site.test", false)]
    [InlineData("open.site.test", true)]
    [InlineData("open.site.test", false)]
    public async Task AHelloInPiecesIsStillRead(string serverName, bool asRecords)
    {
        await using var pieces = new HelloInPieces(proxy.Port, asRecords);
        var answers = (await proxy.TalkToAsync(pieces.Port, serverName, ["open.site.test", "secure.site.test"])).Answers;
        Assert.Equal(serverName[0] == 'o' ? ["open", "421"] : [], answers);
        if (serverName[0] == 's')
        {
            Assert.Equal(["421", "secure"], (await proxy.TalkToAsync(pieces.Port, serverName, ["open.site.test", "secure.site.test"], proxy.WithClientCertificate)).Answers);
        }
    }

    [Fact]
    public async Task Http2ConnectionsAreNotSharedAcrossOptions()
    {
        // One connection for the open name; a browser that trusts the wildcard certificate would send the other hosts over it too.
        var port = proxy.Port.ToString(CultureInfo.InvariantCulture);
        var arguments = Hosts.SelectMany((host, index) => (string[])[
            .. index == 0 ? (string[])[] : ["--next"],
            "--silent", "--http2", "--cacert", proxy.Process.File("ca.crt"), "--connect-to", $"::127.0.0.1:{port}", "--header", "Host: " + host,
            "--output", "/dev/null", "--write-out", "%{http_version} %{num_connects} %{http_code}\n", "https://open.site.test/",
        ]);
        var lines = (await ProgramRun.RunAsync("curl", [.. arguments])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["2 1 200", .. Enumerable.Repeat("2 0 421", 8), "2 0 404"], lines);
    }
}
