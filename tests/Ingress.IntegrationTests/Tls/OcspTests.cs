using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Tls;

/// <summary>OCSP stapling with OpenSSL's own responder.</summary>
public sealed class OcspTests
{
    private const string Configuration = """
        http:
          routers:
            site: {rule: "Host(`www.site.test`)", service: up, entryPoints: [websecure], tls: {}}
          services:
            up: {loadBalancer: {servers: [{url: "{backend}"}]}}
        tls:
          certificates: [{certFile: "{dir}/site.crt", keyFile: "{dir}/site.key"}]

        """;

    [Fact]
    public async Task AnAnswerIsStapledAndNoneIsNoHindrance()
    {
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        var options = $"log: {{level: WARN}}\nocsp: {{responderOverrides: {{\"http://ocsp.site.test/\": \"http://127.0.0.1:{port}/\"}}}}\n";
        await using var proxy = await TlsProxy.StartAsync(Configuration, options, "http://ocsp.site.test/");
        var without = await proxy.TalkAsync("www.site.test", ["www.site.test"], "-status");
        Assert.Equal(["200"], without.Answers);
        Assert.Contains("OCSP response: no response sent", without.Output, StringComparison.Ordinal);
        await Eventually.HoldsAsync("the silent responder is told of", () => proxy.Process.Run.Output.Contains("No OCSP answer from http://127.0.0.1", StringComparison.Ordinal), TimeSpan.FromSeconds(30));

        // A responder appears, and the certificate is renewed, so that it is asked at once.
        var pair = proxy.Authority.Server(["www.site.test"], "http://ocsp.site.test/");
        proxy.Process.Write("issuer.key", proxy.Authority.IntermediateKeyPem);
        proxy.Process.Write("index.txt", IndexLine(pair.Chain));
        await using var responder = ProgramRun.Start("openssl", [
            "ocsp", "-index", proxy.Process.File("index.txt"), "-port", port, "-CA", proxy.Process.File("issuer.crt"), "-rsigner", proxy.Process.File("issuer.crt"),
            "-rkey", proxy.Process.File("issuer.key"), "-nmin", "30",
        ]);
        await Eventually.HoldsAsync(
            "the responder waits",
            () => responder.HasExited ? throw new InvalidOperationException(responder.Output) : responder.Output.Contains("waiting for OCSP client", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30));
        proxy.WritePair("site", pair);
        await proxy.ApplyAsync(Configuration, "renewed");
        await Eventually.HoldsAsync(
            "the answer is stapled",
            async () => (await proxy.TalkAsync("www.site.test", ["www.site.test"], "-status")).Output.Contains("Cert Status: good", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30));
        Assert.Contains("Cert Status: good", (await proxy.TalkAsync("www.site.test", ["www.site.test"], "-status", "-tls1_2")).Output, StringComparison.Ordinal);
    }

    // The database of OpenSSL's CA: valid, its end, no revocation, the serial number, no file, the subject.
    private static string IndexLine(string chain)
    {
        using var leaf = X509Certificate2.CreateFromPem(chain);
        return string.Join('\t', "V", leaf.NotAfter.ToUniversalTime().ToString("yyMMddHHmmss'Z'", CultureInfo.InvariantCulture), "", leaf.SerialNumber, "unknown", "/CN=www.site.test") + "\n";
    }
}
