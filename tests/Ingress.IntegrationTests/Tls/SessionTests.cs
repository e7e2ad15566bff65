using System.Globalization;

namespace Ingress.IntegrationTests.Tls;

/// <summary>Returning clients take up their sessions.</summary>
public sealed class SessionTests
{
    private const string Configuration = """
        http:
          routers:
            site: {rule: "Host(`www.site.test`)", service: up, entryPoints: [websecure], tls: {}}
            suites: {rule: "Host(`suites.site.test`)", service: up, entryPoints: [websecure], tls: {options: suites}}
            none: {rule: "Host(`none.site.test`)", service: up, entryPoints: [websecure], tls: {options: none}}
            mutual: {rule: "Host(`mutual.site.test`)", service: up, entryPoints: [websecure], tls: {options: mutual}, middlewares: [pass]}
          middlewares:
            pass: {passTLSClientCert: {pem: true}}
          services:
            up: {loadBalancer: {servers: [{url: "{backend}"}]}}
        tls:
          certificates: [{certFile: "{dir}/site.crt", keyFile: "{dir}/site.key"}]
          options:
            suites: {cipherSuites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384], curvePreferences: [CurveP384]}
            none: {disableSessionTickets: true}
            mutual: {clientAuth: {caFiles: ["{dir}/ca.crt"]}}

        """;

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task ReturningClientsResumeAlsoAfterReloadsAndANewCertificate(string version)
    {
        await using var proxy = await TlsProxy.StartAsync(Configuration);
        var session = proxy.Process.File("session");
        await proxy.TalkAsync("www.site.test", ["www.site.test"], version, "-sess_out", session);
        var resumed = 0;
        for (var visit = 1; visit <= 20; visit++)
        {
            if (visit == 8)
            {
                await proxy.ApplyAsync(Configuration, "again");
            }
            else if (visit == 14)
            {
                proxy.WritePair("site", proxy.Authority.Server(["site.test", "*.site.test"]));
                await proxy.ApplyAsync(Configuration, "renewed");
            }

            var talk = await proxy.TalkAsync("www.site.test", ["www.site.test"], version, "-sess_in", session, "-sess_out", session);
            Assert.Equal(["200"], talk.Answers);
            resumed += talk.IsResumed ? 1 : 0;
        }

        Assert.True(resumed >= 18, $"{resumed.ToString(CultureInfo.InvariantCulture)} of 20 visits resumed");
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task OptionsWithSuitesResumeAndThoseWithoutTicketsDoNot(string version)
    {
        await using var proxy = await TlsProxy.StartAsync(Configuration);
        var session = proxy.Process.File("session");
        var first = await proxy.TalkAsync("suites.site.test", ["suites.site.test"], version, "-sess_out", session);
        Assert.Contains(", 384 bits", first.Output, StringComparison.Ordinal);
        var second = await proxy.TalkAsync("suites.site.test", ["suites.site.test"], version, "-sess_in", session);
        Assert.Equal((true, "200"), (second.IsResumed, Assert.Single(second.Answers)));

        File.Delete(session);
        await proxy.TalkAsync("none.site.test", ["none.site.test"], version, "-sess_out", session);
        if (File.Exists(session))
        {
            Assert.False((await proxy.TalkAsync("none.site.test", ["none.site.test"], version, "-sess_in", session)).IsResumed);
        }
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task AClientsChainIsKnownInAResumedSessionToo(string version)
    {
        await using var proxy = await TlsProxy.StartAsync(Configuration);
        var session = proxy.Process.File("session");
        var first = await proxy.TalkAsync("mutual.site.test", ["mutual.site.test"], [version, "-sess_out", session, .. proxy.WithClientCertificate]);
        var second = await proxy.TalkAsync("mutual.site.test", ["mutual.site.test"], version, "-sess_in", session);
        Assert.Equal((false, true), (first.IsResumed, second.IsResumed));
        var seen = proxy.Backend.Seen.Select(request => request.Header("X-Forwarded-Tls-Client-Cert")!).ToList();
        Assert.Equal(2, seen.Count);
        Assert.Equal(2, seen[0].Split(',').Length);
        Assert.Equal(seen[0], seen[1]);
    }
}
