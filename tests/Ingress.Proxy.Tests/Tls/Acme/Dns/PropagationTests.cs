using Ingress.Proxy.Configuration;
using Ingress.Proxy.NameServers;
using Ingress.Proxy.Tests.NameServers;
using Ingress.Proxy.Tls.Acme;
using Ingress.Proxy.Tls.Acme.Client;
using Ingress.Proxy.Tls.Acme.Dns;

namespace Ingress.Proxy.Tests.Tls.Acme.Dns;

public sealed class PropagationTests : IAsyncLifetime
{
    private static readonly TxtRecord Record = new("www.example.com", "_acme-challenge.www.example.com.", "VALUE", "TOKEN", "TOKEN.KEY");

    private FakeNameServer server = null!;

    public Task InitializeAsync()
    {
        server = FakeNameServer.Start("example.com");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task TheZonesOwnServersAreAskedUntilTheyShowTheRecord()
    {
        var waiting = AwaitAsync(new AcmeDnsChallengeOptions(), TimeSpan.FromSeconds(20));
        await Task.Delay(150);
        Assert.False(waiting.IsCompleted);
        server.Texts[Record.Name] = ["OTHER", "VALUE"];
        await waiting;
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task ARecordThatDoesNotAppearIsNamed(bool withoutOwnServers, bool all)
    {
        server.Texts[Record.Name] = ["OTHER"];
        var options = new AcmeDnsChallengeOptions { Propagation = new AcmeDnsPropagationOptions { DisableANSChecks = withoutOwnServers, RequireAllRNS = all } };
        var failure = await Assert.ThrowsAsync<AcmeException>(() => AwaitAsync(options, TimeSpan.FromMilliseconds(100)));
        Assert.Contains($"name server {server.Address} does not show the expected TXT record yet [fqdn: _acme-challenge.www.example.com., value: VALUE]", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisabledChecksWaitOnlyForTheDelay()
    {
        await AwaitAsync(new AcmeDnsChallengeOptions { DisablePropagationCheck = true, DelayBeforeCheck = GoDuration.FromMilliseconds(10) }, TimeSpan.Zero);
        await AwaitAsync(new AcmeDnsChallengeOptions { Propagation = new AcmeDnsPropagationOptions { DisableChecks = true } }, TimeSpan.Zero);
        Assert.Empty(server.Updates);
    }

    [Fact]
    public async Task AliasesAreFollowedAndZonesFound()
    {
        server.Aliases["_acme-challenge.nas.home.test."] = "nas.acme.example.com.";
        server.Aliases["circle.test."] = "circle.test.";
        var lookup = server.Lookup;
        Assert.Equal("nas.acme.example.com.", await lookup.FollowAsync("_acme-challenge.nas.home.test", CancellationToken.None));
        Assert.Equal("_acme-challenge.example.com.", await lookup.FollowAsync("_acme-challenge.example.com", CancellationToken.None));
        Assert.Equal("example.com", await lookup.FindZoneAsync("nas.acme.example.com.", CancellationToken.None));
        await Assert.ThrowsAsync<DnsException>(() => lookup.FollowAsync("circle.test", CancellationToken.None));
        await Assert.ThrowsAsync<DnsException>(() => lookup.FindZoneAsync("nowhere.test", CancellationToken.None));
    }

    [Theory]
    [InlineData(new byte[] { 0, 1 })]
    [InlineData(new byte[] { 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12 })]
    [InlineData(new byte[] { 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 16, 0, 1, 0, 0, 0, 0, 0xFF, 0xFF })]
    public void BrokenMessagesAreRefused(byte[] message) =>
        Assert.Throws<FormatException>(() => DnsMessage.Read(message));

    private Task AwaitAsync(AcmeDnsChallengeOptions options, TimeSpan timeout) =>
        new Propagation(options, server.Lookup, TimeProvider.System).AwaitAsync(Record, new ProviderTimes(timeout, TimeSpan.FromMilliseconds(20)), CancellationToken.None);
}
