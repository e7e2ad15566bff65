using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Configuration.StaticModel;

public sealed class StaticLoaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AFileBeatsFlagsAndVariables()
    {
        var file = folder.Write("t.yml", "entryPoints: {web: {address: ':81'}}\n");

        var load = Load([$"--configfile={file}", "--entrypoints.flag.address=:82"], ("TRAEFIK_ENTRYPOINTS_ENV_ADDRESS", ":83"));

        Assert.Empty(load.Faults);
        Assert.Equal(["web"], load.Configuration.EntryPoints.Keys);
        Assert.Equal(file, load.Origin);
    }

    [Fact]
    public void AnyFlagShutsVariablesOut()
    {
        var load = Load(["--ping"], ("TRAEFIK_API_INSECURE", "true"));

        Assert.NotNull(load.Configuration.Ping);
        Assert.Null(load.Configuration.Api);
        Assert.Equal(["http", "traefik"], load.Configuration.EntryPoints.Keys.Order());
    }

    [Fact]
    public void VariablesAreTakenWhereNothingElseIs()
    {
        var load = Load([], ("TRAEFIK_API_INSECURE", "true"), ("TRAEFIK_FOO", "1"));

        Assert.True(load.Configuration.Api!.Insecure);
    }

    [Fact]
    public void FindsTheFileInTheUsersFolder()
    {
        folder.Write(".config/traefik.toml", "[entryPoints.web]\naddress = ':84'\n");

        var load = Load([], ("HOME", folder.Path), ("TRAEFIK_PING", "true"));

        Assert.Equal(":84", load.Configuration.EntryPoints["web"].Address);
        Assert.Null(load.Configuration.Ping);
    }

    [Fact]
    public void DefaultsAreOneEntryPointOnPort80() => Assert.Equal(":80", Load([]).Configuration.EntryPoints["http"].Address);

    [Theory]
    [InlineData("", "no configuration found in file")]
    [InlineData("colour: blue\n", "no valid configuration found in file")]
    [InlineData("api: {insecure: maybe}\n", ":1: api.insecure: needs true or false, not \"maybe\"")]
    [InlineData("log:\n  levle: DEBUG\n", ":2: log.levle: field not found, node: levle; did you mean \"level\"?")]
    [InlineData("pilot: {token: x}\n", "pilot: was removed in version 3")]
    [InlineData("tracing: {jaeger: {x: y}}\n", "tracing.jaeger: was removed in version 3")]
    [InlineData("entryPoints: {web: {address: ':80/sctp'}}\n", "invalid protocol: sctp")]
    [InlineData("entryPoints: {web: {address: ':80', forwardedHeaders: {trustedIPs: [10.0.0.0/99]}}}\n", "entryPoints.web.forwardedHeaders.trustedIPs")]
    [InlineData("entryPoints: {web: {address: ':80', proxyProtocol: {}}}\n", "no trusted IPs provided")]
    [InlineData("entryPoints: {web: {address: ':80', udp: {timeout: 0}}}\n", "greater than zero")]
    [InlineData("entryPoints: {web: {address: ':80', http: {underscoreHeadersStrategy: x}}}\n", "must be keep, delete or reject")]
    [InlineData("providers: {precedence: [dockr]}\n", "did you mean \"docker\"?")]
    [InlineData("api: {basePath: 'x y'}\n", "absolute URL path")]
    [InlineData("core: {defaultRuleSyntax: v4}\n", "unsupported default rule syntax")]
    [InlineData("certificatesResolvers: {le: {acme: {storage: ''}}}\n", "certificatesResolvers.le.acme.storage")]
    [InlineData("certificatesResolvers: {le: {acme: {email: a}, tailscale: {}}}\n", "unable to have acme and tailscale")]
    [InlineData("accessLog: {otlp: {}}\n", "experimental.otlplogs")]
    public void RefusesWhatIsWrong(string text, string reason)
    {
        var fault = Assert.Single(Load([$"--configFile={folder.Write("t.yml", text)}"]).Faults);

        Assert.Contains(reason, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ReportsEverythingThatIsWrongTogether()
    {
        var file = folder.Write("t.yml", "pilot: {}\nlog: {levle: x}\nproviders: {precedence: [x]}\nentryPoints: {web: {address: nowhere}}\n");

        Assert.Equal(4, Load([$"--configFile={file}"]).Faults.Count);
    }

    [Fact]
    public void WarnsOfDeprecatedOptions()
    {
        var load = Load(["--core.defaultrulesyntax=v2"]);

        Assert.Empty(load.Faults);
        Assert.Equal("core.defaultrulesyntax", Assert.Single(load.Warnings).Path);
    }

    private static StaticLoad Load(string[] arguments, params (string Name, string Value)[] variables) => StaticLoader.Load(new StaticSources
    {
        Arguments = arguments,
        Environment = variables.ToDictionary(variable => variable.Name, variable => variable.Value),
    });
}
