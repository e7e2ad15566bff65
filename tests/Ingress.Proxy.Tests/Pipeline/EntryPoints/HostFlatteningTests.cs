using Ingress.Proxy.NameServers;
using Ingress.Proxy.Pipeline.EntryPoints;
using Ingress.Proxy.Tests.NameServers;
using Ingress.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ingress.Proxy.Tests.Pipeline.EntryPoints;

public sealed class HostFlatteningTests : IAsyncDisposable
{
    private readonly FakeNameServer server = FakeNameServer.Start();
    private readonly FakeTimeProvider time = new();

    public async ValueTask DisposeAsync() => await server.DisposeAsync();

    [Theory]
    [InlineData("www.shop.test", "front.cdn.test")]
    [InlineData("app.shop.test", "edge.cdn.test")]
    [InlineData("plain.shop.test", "plain.shop.test")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("", "")]
    public async Task FollowsTheAliases(string host, string expected)
    {
        server.Aliases["www.shop.test."] = "app.shop.test.";
        server.Aliases["app.shop.test."] = "edge.cdn.test.";
        server.Aliases["edge.cdn.test."] = "front.cdn.test.";
        using var flattening = Flattening(depth: host == "app.shop.test" ? 1 : 5);

        Assert.Equal(expected, await flattening.FlattenAsync(host));
    }

    [Fact]
    public async Task KeepsAnAnswerForTheLifeOfItsFirstRecord()
    {
        server.Aliases["www.shop.test."] = "old.cdn.test.";
        using var flattening = Flattening(depth: 5);
        var first = await flattening.FlattenAsync("www.shop.test");
        server.Aliases["www.shop.test."] = "new.cdn.test.";
        var kept = await flattening.FlattenAsync("www.shop.test");
        time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(("old.cdn.test", "old.cdn.test", "new.cdn.test"), (first, kept, await flattening.FlattenAsync("www.shop.test")));
    }

    [Fact]
    public async Task LeavesTheHostWhereNobodyAnswers()
    {
        using var flattening = new HostFlattening(new DnsLookup([$"127.0.0.1:{FreePort.Next()}"], TimeSpan.FromMilliseconds(200)), 5, time, NullLogger.Instance);

        Assert.Equal("www.shop.test", await flattening.FlattenAsync("www.shop.test"));
    }

    [Fact]
    public async Task RulesSeeTheNameBehindTheAlias()
    {
        server.Aliases["www.shop.test."] = "front.cdn.test.";
        using var folder = new TemporaryFolder();
        var resolvConf = folder.File("resolv.conf");
        await File.WriteAllTextAsync(resolvConf, $"nameserver {server.Address}\n");
        await using var proxy = await ProxyProcess.StartAsync(new ProxySetup
        {
            Static = ProxySetup.UsualStatic + $"hostResolver:\n  cnameFlattening: true\n  resolvConfig: {resolvConf}\n",
            Dynamic = "http:\n  routers:\n    front:\n      rule: Host(`front.cdn.test`)\n      service: ping@internal\n",
        });

        Assert.Equal((200, 404), (await StatusAsync(proxy, "www.shop.test"), await StatusAsync(proxy, "other.shop.test")));
    }

    private HostFlattening Flattening(int depth) => new(server.Lookup, depth, time, NullLogger.Instance);

    private static async Task<int> StatusAsync(ProxyProcess proxy, string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ping") { Headers = { Host = host } };
        using var response = await proxy.Client.SendAsync(request);
        return (int)response.StatusCode;
    }
}
