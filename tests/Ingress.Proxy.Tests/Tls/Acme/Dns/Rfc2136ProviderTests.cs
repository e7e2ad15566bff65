using System.Security.Cryptography;
using Ingress.Proxy.NameServers;
using Ingress.Proxy.Tests.NameServers;
using Ingress.Proxy.Tls.Acme.Client;
using Ingress.Proxy.Tls.Acme.Dns;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Tls.Acme.Dns;

public sealed class Rfc2136ProviderTests : IAsyncLifetime
{
    private const string Secret = "c2VjcmV0IG9mIHRoZSBrZXk=";

    private static readonly TxtRecord Record = new("www.example.com", "_acme-challenge.www.example.com.", "VALUE", "TOKEN", "TOKEN.KEY");

    private FakeNameServer server = null!;

    public Task InitializeAsync()
    {
        server = FakeNameServer.Start("example.com");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task ARecordIsAddedToItsZoneAndOnlyThisValueTakenOut()
    {
        var provider = Provider();
        await provider.PresentAsync(Record, CancellationToken.None);
        await provider.CleanUpAsync(Record, CancellationToken.None);
        var messages = server.Updates.Select(update => DnsMessage.Read(update)).ToList();
        Assert.All(messages, message => Assert.Equal(("example.com.", DnsType.Soa), message.Questions[0]));
        Assert.All(messages, message => Assert.Equal(("_acme-challenge.www.example.com.", DnsType.Txt, "VALUE"), (message.Authorities[0].Name, message.Authorities[0].Type, message.Authorities[0].Text)));
        Assert.Equal([(DnsMessage.ClassIn, 120u), (DnsMessage.ClassNone, 0u)], messages.Select(message => (message.Authorities[0].Class, message.Authorities[0].Ttl)));
    }

    [Theory]
    [InlineData("", "hmac-sha1.", 20)]
    [InlineData("hmac-sha256.", "hmac-sha256.", 32)]
    [InlineData("hmac-sha512", "hmac-sha512.", 64)]
    public async Task UpdatesAreSignedWithTheKey(string algorithm, string expected, int length)
    {
        await Provider(("RFC2136_TSIG_KEY", "key.test"), ("RFC2136_TSIG_SECRET", Secret), ("RFC2136_TSIG_ALGORITHM", algorithm)).PresentAsync(Record, CancellationToken.None);
        var update = server.Updates[0];
        var tail = new DnsWriter();
        tail.Name("key.test.");
        var head = update.AsSpan().LastIndexOf(tail.ToArray());
        var name = new DnsWriter();
        name.Name(expected);
        var data = update.AsSpan(head + tail.ToArray().Length + 10);
        Assert.True(data.StartsWith(name.ToArray()));
        data = data[name.ToArray().Length..];
        var (time, mac) = (data[..8].ToArray(), data.Slice(10, length).ToArray());

        var signed = new DnsWriter();
        var unsigned = update[..head];
        unsigned[11] = 0;
        signed.Bytes(unsigned);
        signed.Name("key.test.");
        signed.Number16(DnsMessage.ClassAny);
        signed.Number32(0);
        signed.Name(expected);
        signed.Bytes(time);
        signed.Number16(0);
        signed.Number16(0);
        var key = Convert.FromBase64String(Secret);
        var computed = length switch { 20 => HMACSHA1.HashData(key, signed.ToArray()), 32 => HMACSHA256.HashData(key, signed.ToArray()), _ => HMACSHA512.HashData(key, signed.ToArray()) };
        Assert.Equal(computed, mac);
    }

    [Fact]
    public async Task AKeyFileOfBindIsRead()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("key", $"key \"key.test\" {{\n\talgorithm hmac-sha256;\n\tsecret \"{Secret}\";\n}};\n");
        await Provider(("RFC2136_TSIG_FILE", file)).PresentAsync(Record, CancellationToken.None);
        var name = new DnsWriter();
        name.Name("hmac-sha256.");
        Assert.True(server.Updates[0].AsSpan().IndexOf(name.ToArray()) > 0);
    }

    [Theory]
    [InlineData(5, "REFUSED (5)")]
    [InlineData(9, "NOTAUTH (9): wrong key")]
    public async Task ARefusalIsExplained(int code, string expected)
    {
        server.UpdateResponseCode = code;
        var failure = await Assert.ThrowsAsync<AcmeException>(() => Provider().PresentAsync(Record, CancellationToken.None));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hmac-sha224.", Secret, "hmac-sha224. is not supported")]
    [InlineData("hmac-sha256.", "not base64!", "RFC2136_TSIG_SECRET is not base64 text")]
    public void ABadKeyIsNamedButNotShown(string algorithm, string secret, string expected)
    {
        var failure = Assert.Throws<AcmeException>(() => Provider(("RFC2136_TSIG_KEY", "k"), ("RFC2136_TSIG_SECRET", secret), ("RFC2136_TSIG_ALGORITHM", algorithm)));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, failure.Message, StringComparison.Ordinal);
    }

    private IDnsProvider Provider(params (string Name, string Value)[] environment)
    {
        var variables = environment.ToDictionary(entry => entry.Name, entry => entry.Value);
        variables["RFC2136_NAMESERVER"] = server.Address;
        return DnsProviderCatalog.Create("rfc2136", new ProviderSetup(server.Lookup, variables.GetValueOrDefault, TimeProvider.System, new LogCollector().CreateLogger("dns")));
    }
}
