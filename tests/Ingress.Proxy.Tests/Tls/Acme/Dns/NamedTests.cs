using System.Globalization;
using Ingress.Proxy.NameServers;
using Ingress.Proxy.Tls.Acme.Client;
using Ingress.Proxy.Tls.Acme.Dns;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Tls.Acme.Dns;

/// <summary>The RFC 2136 provider with BIND.</summary>
public sealed class NamedTests : IAsyncLifetime
{
    private const string Secret = "c2VjcmV0IG9mIHRoZSBrZXkgb2YgdGhlIHRlc3Rz";
    private static readonly TxtRecord Record = new("www.example.test", "_acme-challenge.www.example.test.", "VALUE", "TOKEN", "TOKEN.KEY");
    private readonly TemporaryFolder folder = new();
    private readonly int port = FreePort.Next();
    private ProgramRun server = null!;

    private string Address => "127.0.0.1:" + port.ToString(CultureInfo.InvariantCulture);

    private DnsLookup Lookup => new([Address], TimeSpan.FromSeconds(5));

    public async Task InitializeAsync()
    {
        folder.Write("zone", "$TTL 60\n@ IN SOA ns.example.test. admin.example.test. (1 60 60 60 60)\n@ IN NS ns\nns IN A 127.0.0.1\n");
        string[] algorithms = ["hmac-sha1", "hmac-sha256", "hmac-sha512"];
        var keys = string.Concat(algorithms.Select(algorithm => $"key \"{algorithm}.key\" {{ algorithm {algorithm}; secret \"{Secret}\"; }};\n"));
        var configuration = folder.Write("named.conf", $$"""
            options {
              directory "{{folder.Path}}";
              pid-file none;
              session-keyfile none;
              lock-file none;
              listen-on port {{port}} { 127.0.0.1; };
              listen-on-v6 { none; };
              recursion no;
              dnssec-validation no;
            };
            controls { };
            {{keys}}
            zone "example.test" {
              type primary;
              file "zone";
              update-policy { {{string.Concat(algorithms.Select(algorithm => $"grant {algorithm}.key zonesub TXT; "))}} };
            };

            """);
        server = ProgramRun.Start("/usr/sbin/named", ["-g", "-c", configuration], folder.Path);
        await Eventually.HoldsAsync(
            "named runs",
            () => server.HasExited ? throw new InvalidOperationException(server.Output) : server.Output.Contains("all zones loaded", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30));
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("hmac-sha1")]
    [InlineData("hmac-sha256")]
    [InlineData("hmac-sha512")]
    public async Task ASignedUpdatePutsTheRecordThereAndTakesItAway(string algorithm)
    {
        var provider = Provider(algorithm, Secret);
        await provider.PresentAsync(Record, CancellationToken.None);
        await provider.PresentAsync(Record with { Value = "OTHER" }, CancellationToken.None);
        Assert.Equal(["OTHER", "VALUE"], await TextsAsync());
        await provider.CleanUpAsync(Record, CancellationToken.None);
        Assert.Equal(["OTHER"], await TextsAsync());
    }

    [Fact]
    public async Task AWrongKeyIsRefusedWithAReason()
    {
        const string Wrong = "d3Jvbmcgc2VjcmV0IG9mIHRoZSBrZXkgb2YgdGVzdHM=";
        var failure = await Assert.ThrowsAsync<AcmeException>(() => Provider("hmac-sha256", Wrong).PresentAsync(Record, CancellationToken.None));
        Assert.Contains("NOTAUTH", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Wrong, failure.Message, StringComparison.Ordinal);
        Assert.Empty(await TextsAsync());
    }

    private async Task<IEnumerable<string>> TextsAsync()
        => (await Lookup.AskAsync(Record.Name, DnsType.Txt, CancellationToken.None)).Answers.Select(answer => answer.Text).Order(StringComparer.Ordinal);

    private IDnsProvider Provider(string algorithm, string secret)
    {
        var variables = new Dictionary<string, string>
        {
            ["RFC2136_NAMESERVER"] = Address,
            ["RFC2136_TSIG_KEY"] = algorithm + ".key",
            ["RFC2136_TSIG_SECRET"] = secret,
            ["RFC2136_TSIG_ALGORITHM"] = algorithm,
        };
        return DnsProviderCatalog.Create("rfc2136", new ProviderSetup(Lookup, variables.GetValueOrDefault, TimeProvider.System, new LogCollector().CreateLogger("dns")));
    }
}
