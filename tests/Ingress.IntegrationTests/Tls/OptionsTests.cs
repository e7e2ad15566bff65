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
            leftout: {rule: "Host(`some.site.test`) && !Host(`open.site.test`) && !Host(`nobody.site.test`)", service: up, entryPoints: [websecure], tls: {options: modern}, middlewares: [modern]}
            lost: {rule: "Path(`/`) && HostRegexp(`^lost`)", service: up, entryPoints: [websecure], tls: {options: missing}, middlewares: [open]}
            old: {rule: "Host(`old.site.test`)", service: up, entryPoints: [websecure], tls: {options: old}, middlewares: [open]}
            curved: {rule: "Host(`curved.site.test`)", service: up, entryPoints: [websecure], tls: {options: curved}, middlewares: [secure]}
            foreign: {rule: "Host(`foreign.site.test`)", service: up, entryPoints: [websecure], tls: {options: foreign}, middlewares: [open]}
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
            old: {alpnProtocols: [h2]}
            curved: {curvePreferences: [secp521r1, secp384r1], clientAuth: {caFiles: ["{dir}/ca.crt"]}}
            foreign: {alpnProtocols: [foreign, http/1.1]}

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

    [Fact]
    public async Task ARouterWhoseOptionsAreMissingServesNobodyAlsoWithoutAHost()
        => Assert.Equal(["404", "open"], (await proxy.TalkAsync("open.site.test", ["lost.site.test", "open.site.test"])).Answers);

    [Fact]
    public async Task StrictNamesLetAClientWithoutANameInWhereACertificateNamesTheAddress()
    {
        await proxy.ApplyAsync(Configuration.Replace("    mutual:", "    default: {sniStrict: true}\n    mutual:", StringComparison.Ordinal), "second");
        Assert.Equal(["open"], (await proxy.TalkAsync(null, ["open.site.test"])).Answers);
        Assert.Contains("unrecognized name", (await proxy.TalkAsync("nobody.other.test", ["open.site.test"])).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnOlderClientIsServedWhereOnlyHttp2IsOffered()
    {
        Assert.Equal(["open"], (await proxy.TalkAsync("old.site.test", ["old.site.test"], "-alpn", "http/1.1")).Answers);
        Assert.Contains("no application protocol", (await proxy.TalkAsync("old.site.test", ["old.site.test"], "-alpn", "foreign")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task PreferredCurvesAreForTheKeyExchangeAndNotForCertificates(string version)
    {
        Assert.Equal(["secure"], (await proxy.TalkAsync("curved.site.test", ["curved.site.test"], [version, .. proxy.WithClientCertificate])).Answers);
        Assert.Empty((await proxy.TalkAsync("curved.site.test", ["curved.site.test"], [version, "-groups", "P-256", .. proxy.WithClientCertificate])).Answers);
    }

    [Fact]
    public async Task HttpIsSpokenOnlyWhereItWasAgreedOn()
    {
        var foreign = await proxy.TalkAsync("foreign.site.test", ["foreign.site.test"], "-alpn", "foreign");
        Assert.Contains("ALPN protocol: foreign", foreign.Output, StringComparison.Ordinal);
        Assert.Empty(foreign.Answers);
        Assert.Equal(["open"], (await proxy.TalkAsync("foreign.site.test", ["foreign.site.test"], "-alpn", "http/1.1")).Answers);
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
