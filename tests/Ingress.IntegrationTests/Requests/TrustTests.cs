using System.Text;
using System.Text.Json.Nodes;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Requests;

/// <summary>Random requests through the whole program: nothing that a client sends passes for what the proxy says, and all see the same path.</summary>
public sealed class TrustTests
{
    private const string Mark = "spoofed";

    private static readonly string[] OfTheProxy =
    [
        "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Server", "X-Forwarded-Uri", "X-Forwarded-Method",
        "X-Forwarded-Prefix", "X-Forwarded-Tls-Client-Cert", "X-Forwarded-Tls-Client-Cert-Info", "X-Real-Ip",
    ];

    private static readonly string[] OfTheAuthServer = ["X-User", "X-Role"];

    private static readonly string[] All = [.. OfTheProxy, .. OfTheAuthServer, .. OfTheAuthServer];

    private static readonly string[] Pieces =
        ["a", "api", "admin", "..", ".", "", "%2F", "%2f", "%2E%2E", "%5C", "%25", "%252F", "%3B", ";", "%20", "%C3%A9", "%FF", "v1", "+", "x%2Fy", "!(*)", "\""];

    [Fact]
    public async Task NothingThatAClientSendsPassesForWhatTheProxyOrTheAuthServerSays()
    {
        await using var setting = await StartAsync();
        var random = new Random(20261128);
        for (var round = 0; round < 300; round++)
        {
            var request = new StringBuilder("GET /x HTTP/1.1\r\nHost: app.test\r\n");
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                AddSpoof(request, random);
            }

            request.Append("Connection: close\r\n\r\n");
            var answer = await RawClient.AskAsync(setting.Proxy.WebPort, request.ToString());
            Assert.True(answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal), request + answer);
            var served = setting.App.Seen.Last();
            Assert.All(served.Headers, header => Assert.False(IsTrusted(header.Key) && header.Value.Contains(Mark, StringComparison.Ordinal), $"{request}\nthe server got {header.Key}: {header.Value}"));
            Assert.Equal(["anna"], served.Headers.Where(header => Folded(header.Key) == "x-user").Select(header => header.Value));
            Assert.DoesNotContain(served.Headers, header => Folded(header.Key) == "x-role");
            Assert.All(setting.Auth.Seen.Last().Headers, header =>
                Assert.False(OfTheProxy.Contains(header.Key.Replace('_', '-'), StringComparer.OrdinalIgnoreCase) && header.Value.Contains(Mark, StringComparison.Ordinal), $"{request}\nthe auth server got {header.Key}: {header.Value}"));
        }
    }

    [Fact]
    public async Task TheLogTheAuthServerAndTheServerSeeTheSamePathOrTheClientARefusal()
    {
        await using var setting = await StartAsync();
        var random = new Random(20261128);
        var sent = new List<string>();
        for (var round = 0; round < 300; round++)
        {
            var path = new StringBuilder();
            for (var i = random.Next(5); i >= 0; i--)
            {
                path.Append('/').Append(Pieces[random.Next(Pieces.Length)]).Append(Pieces[random.Next(Pieces.Length)]);
            }

            var before = setting.App.Seen.Count;
            var answer = await RawClient.AskAsync(setting.Proxy.WebPort, $"GET {path}?q={round} HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n");
            if (answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal))
            {
                Assert.Equal(before, setting.App.Seen.Count);
                continue;
            }

            Assert.True(answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal), path + "\n" + answer);
            sent.Add(setting.App.Seen.Last().Target);
            Assert.Equal(sent[^1], setting.Auth.Seen.Last().Header("X-Forwarded-Uri"));
        }

        Assert.InRange(sent.Count, 150, 300);
        var logged = new List<string>();
        await Eventually.HoldsAsync("all is logged", async () =>
        {
            logged = [.. (await File.ReadAllLinesAsync(setting.Proxy.File("access.log"))).Select(line => (string)JsonNode.Parse(line)!["RequestPath"]!)];
            return logged.Count >= sent.Count;
        });
        Assert.Equal(sent, logged.Where(sent.Contains));
    }

    private static void AddSpoof(StringBuilder request, Random random)
    {
        var name = Spelling(All[random.Next(All.Length)], random);
        request.Append(random.Next(4) switch
        {
            0 => $"Connection: {(random.Next(2) == 0 ? "close, " : "")}{name}\r\n",
            1 => $"{name}: \r\n{name}: {Mark}\r\n",
            _ => $"{name}: {Mark}{random.Next(100)}\r\n",
        });
    }

    private static string Spelling(string name, Random random) => string.Concat(name.Select(c => c switch
    {
        '-' => random.Next(3) == 0 ? '_' : '-',
        _ when random.Next(2) == 0 => char.ToUpperInvariant(c),
        _ => char.ToLowerInvariant(c),
    }));

    private static string Folded(string name) => name.Replace('_', '-').ToLowerInvariant();

    private static bool IsTrusted(string name) => All.Any(trusted => Folded(trusted) == Folded(name));

    private static async Task<Setting> StartAsync()
    {
        var app = await Backend.StartAsync();
        var auth = await Backend.StartAsync(answer: context =>
        {
            context.Response.Headers["X-User"] = "anna";
            return Task.CompletedTask;
        });
        var proxy = await ProxyProcess.StartAsync(new ProxySetup
        {
            Static = ProxySetup.UsualStatic + "accessLog:\n  format: json\n  filePath: \"{dir}/access.log\"\n",
            Dynamic = $$"""
                http:
                  routers:
                    app: { rule: "Host(`app.test`)", service: app, middlewares: [auth] }
                  middlewares:
                    auth:
                      forwardAuth:
                        address: "{{auth.Url}}"
                        authResponseHeaders: [X-User, X-Role]
                  services:
                    app: { loadBalancer: { servers: [ { url: "{{app.Url}}" } ] } }
                """,
        });
        return new Setting(proxy, app, auth);
    }

    private sealed record Setting(ProxyProcess Proxy, Backend App, Backend Auth) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Proxy.DisposeAsync();
            await App.DisposeAsync();
            await Auth.DisposeAsync();
        }
    }
}
