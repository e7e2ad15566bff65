using System.Globalization;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Certificates;

/// <summary>A browser that trusts the authority, and nothing else, opens a page behind the proxy.</summary>
public sealed class BrowserTests
{
    [Fact]
    public async Task ChromiumTrustsTheCertificate()
    {
        await using var pebble = await Pebble.StartAsync();
        await using var backend = await Backend.StartAsync("page", async context =>
        {
            context.Response.ContentType = "text/html";
            await context.Response.Body.WriteAsync("<html><body><p id=word>loading</p><script>document.getElementById('word').textContent = 'from ' + location.protocol + isSecureContext</script></body></html>"u8.ToArray());
        });
        var entryPoints = string.Create(CultureInfo.InvariantCulture, $"entryPoints:\n  acme:\n    address: \"127.0.0.1:{pebble.HttpPort}\"\n  websecure:\n    address: \"127.0.0.1:{pebble.TlsPort}\"\n");
        await using var proxy = await ProxyProcess.StartAsync(new ProxySetup
        {
            Static = ProxySetup.UsualStatic.Replace("entryPoints:\n", entryPoints, StringComparison.Ordinal) + $$"""
                certificatesResolvers:
                  le:
                    acme:
                      caServer: {{pebble.DirectoryUrl}}
                      caCertificates: ["{{pebble.TrustFile}}"]
                      storage: "{{pebble.StorageFile}}"
                      keyType: EC256
                      httpChallenge: {entryPoint: acme}

                """,
            Dynamic = $$"""
                http:
                  routers:
                    site: {rule: "Host(`site.home.test`)", entryPoints: [websecure], service: page, tls: {certResolver: le} }
                  services:
                    page: {loadBalancer: {servers: [{url: "{{backend.Url}}"}]} }
                """,
        });
        await Eventually.HoldsAsync("the certificate has come", () => pebble.CertificatesIssued > 0, TimeSpan.FromSeconds(90));
        using var stranger = new TemporaryFolder();
        Assert.DoesNotContain("from https:true", await OpenAsync(stranger, pebble.TlsPort), StringComparison.Ordinal);
        using var home = new TemporaryFolder();
        await TrustAsync(home, await pebble.RootAsync());
        await Eventually.HoldsAsync(
            "the page is shown", async () => (await OpenAsync(home, pebble.TlsPort)).Contains("from https:true", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
    }

    private static async Task TrustAsync(TemporaryFolder home, string rootPem)
    {
        var file = home.Write("root.pem", rootPem);
        foreach (var place in (string[])[".pki/nssdb", ".local/share/pki/nssdb"])
        {
            var database = "sql:" + Directory.CreateDirectory(home.File(place)).FullName;
            await ProgramRun.RunAsync("certutil", "-N", "-d", database, "--empty-password");
            await ProgramRun.RunAsync("certutil", "-A", "-d", database, "-n", "test", "-t", "C,,", "-i", file);
        }
    }

    private static async Task<string> OpenAsync(TemporaryFolder home, int port)
    {
        await using var browser = ProgramRun.Start(
            "chromium",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--user-data-dir=" + home.File("profile"), "--host-resolver-rules=MAP site.home.test 127.0.0.1", "--dump-dom",
                "https://site.home.test:" + port.ToString(CultureInfo.InvariantCulture) + "/",
            ],
            home.Path,
            new Dictionary<string, string?> { ["HOME"] = home.Path, ["XDG_DATA_HOME"] = null, ["XDG_CONFIG_HOME"] = null });
        await browser.ExitCodeAsync(TimeSpan.FromSeconds(60));
        return browser.Output;
    }
}
