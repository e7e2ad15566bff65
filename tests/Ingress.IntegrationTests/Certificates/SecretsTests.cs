using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Certificates;

/// <summary>Over a whole run at the most talkative level, no secret is in the log or in any answer of the API.</summary>
public sealed class SecretsTests
{
    private const string Token = "canary-token-of-the-dns-provider";
    private static readonly string[] Resources =
    [
        "/api/version", "/api/overview", "/api/entrypoints", "/api/rawdata", "/api/http/routers", "/api/http/services", "/api/http/middlewares", "/api/tcp/routers",
        "/api/certificates", "/api/support-dump", "/api/ingress/certificates", "/api/ingress/discovery", "/debug/vars",
    ];

    [Fact]
    public async Task KeysAndTokensStayInside()
    {
        var accountHmac = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).Replace('+', '-').Replace('/', '_').TrimEnd('=');
        var signature = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        using var authority = new Tls.TestAuthority("inline");
        var (chain, key) = authority.Server(["inline.home.test"]);
        await using var pebble = await Pebble.StartAsync(new Dictionary<string, object>
        {
            ["externalAccountBindingRequired"] = true,
            ["externalAccountMACKeys"] = new Dictionary<string, string> { ["kid-1"] = accountHmac },
        });
        await using var proxy = ProxyProcess.Start(new ProxySetup
        {
            Static = Static(pebble, accountHmac),
            Dynamic = Dynamic(chain, key),
            Environment = new Dictionary<string, string?>
            {
                ["RFC2136_NAMESERVER"] = "127.0.0.1:1",
                ["RFC2136_TSIG_KEY"] = "key.test",
                ["RFC2136_TSIG_SECRET"] = signature,
                ["RFC2136_DNS_TIMEOUT"] = "1",
                ["CF_DNS_API_TOKEN"] = Token,
                ["CLOUDFLARE_BASE_URL"] = "http://127.0.0.1:1",
            },
        });
        await proxy.ReadyAsync();
        await Eventually.HoldsAsync("the certificate has come", () => pebble.CertificatesIssued > 0 && File.ReadAllText(pebble.StorageFile).Contains("\"key\"", StringComparison.Ordinal), TimeSpan.FromSeconds(90));
        await Eventually.HoldsAsync("both other resolvers have failed", () => Failed(proxy, "signed.home.test") && Failed(proxy, "token.home.test"), TimeSpan.FromSeconds(90));

        var said = new StringBuilder();
        foreach (var resource in Resources)
        {
            using var answer = await proxy.Client.GetAsync(new Uri(proxy.Api, resource));
            said.Append(await answer.Content.ReadAsStringAsync());
        }

        said.Append(proxy.Run.Output);
        Assert.All([Token, accountHmac, signature, .. KeysOf(pebble.StorageFile), .. LinesOf(key)], secret => Assert.DoesNotContain(secret, said.ToString(), StringComparison.Ordinal));
        Assert.Contains(" DBG ", proxy.Run.Output, StringComparison.Ordinal);
    }

    private static bool Failed(ProxyProcess proxy, string name)
        => proxy.Run.Output.Split('\n').Any(line => line.Contains(name, StringComparison.Ordinal) && (line.Contains(" ERR ", StringComparison.Ordinal) || line.Contains(" WRN ", StringComparison.Ordinal)));

    // Each account's and certificate's key as it stands in the file, and the lines within.
    private static IEnumerable<string> KeysOf(string storage)
    {
        foreach (var (_, resolver) in JsonNode.Parse(File.ReadAllText(storage))!.AsObject())
        {
            foreach (var text in resolver!["Certificates"]?.AsArray().Select(certificate => certificate!["key"]!.GetValue<string>()) ?? [])
            {
                yield return text;
                foreach (var line in LinesOf(Encoding.ASCII.GetString(Convert.FromBase64String(text))))
                {
                    yield return line;
                }
            }

            if (resolver["Account"]?["PrivateKey"]?.GetValue<string>() is { } account)
            {
                yield return account[..60];
            }
        }
    }

    private static IEnumerable<string> LinesOf(string pem) => pem.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.Length > 30 && !line.StartsWith("---", StringComparison.Ordinal));

    private static string Static(Pebble pebble, string accountHmac)
    {
        string Resolver(string name, string challenge) => $$"""
              {{name}}:
                acme:
                  caServer: {{pebble.DirectoryUrl}}
                  caCertificates: ["{{pebble.TrustFile}}"]
                  storage: "{{pebble.StorageFile}}"
                  keyType: EC256
                  eab: {kid: kid-1, hmacEncoded: "{{accountHmac}}"}
                  {{challenge}}

            """;
        var entryPoints = string.Create(CultureInfo.InvariantCulture, $"entryPoints:\n  acme:\n    address: \"127.0.0.1:{pebble.HttpPort}\"\n  websecure:\n    address: \"127.0.0.1:{pebble.TlsPort}\"\n");
        return ProxySetup.UsualStatic.Replace("entryPoints:\n", entryPoints, StringComparison.Ordinal)
            + "log: {level: TRACE}\naccessLog: {}\ncertificatesResolvers:\n"
            + Resolver("le", "httpChallenge: {entryPoint: acme}")
            + Resolver("signed", "dnsChallenge: {provider: rfc2136, resolvers: [\"127.0.0.1:1\"]}")
            + Resolver("token", "dnsChallenge: {provider: cloudflare, resolvers: [\"127.0.0.1:1\"]}");
    }

    private static string Dynamic(string chain, string key)
    {
        static string Indented(string pem) => string.Concat(pem.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => "        " + line + "\n"));
        return $$"""
            http:
              routers:
                site: {rule: "Host(`site.home.test`)", entryPoints: [websecure], service: noop@internal, tls: {certResolver: le} }
                signed: {rule: "Host(`signed.home.test`)", entryPoints: [websecure], service: noop@internal, tls: {certResolver: signed} }
                token: {rule: "Host(`token.home.test`)", entryPoints: [websecure], service: noop@internal, tls: {certResolver: token} }
            tls:
              certificates:
                - certFile: |
            {{Indented(chain)}}      keyFile: |
            {{Indented(key)}}
            """;
    }
}
