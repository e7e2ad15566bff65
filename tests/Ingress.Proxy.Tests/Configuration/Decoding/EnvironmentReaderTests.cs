using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.StaticModel;

namespace Ingress.Proxy.Tests.Configuration.Decoding;

public sealed class EnvironmentReaderTests
{
    [Fact]
    public void ReadsVariablesOfKnownSectionsOnly()
    {
        var read = EnvironmentReader.Read<StaticConfiguration>(
            new Dictionary<string, string>
            {
                ["TRAEFIK_ENTRYPOINTS_WEB_ADDRESS"] = ":80",
                ["TRAEFIK_ENTRYPOINTS_WEB_HTTP_TLS_DOMAINS_0_MAIN"] = "a.test",
                ["TRAEFIK_API"] = "true",
                ["TRAEFIK_FOO_BAR"] = "1",
                ["PATH"] = "/bin",
            },
            "TRAEFIK_");
        var result = Decoder.Decode<StaticConfiguration>(read.Root!, new DecoderSettings());

        Assert.Empty(read.Faults);
        Assert.Empty(result.Faults);
        Assert.Equal(":80", result.Value.EntryPoints["web"].Address);
        Assert.Equal("a.test", result.Value.EntryPoints["web"].Http.Tls!.Domains[0].Main);
        Assert.NotNull(result.Value.Api);
    }

    [Fact]
    public void IsEmptyWithoutSuchVariables() =>
        Assert.Null(EnvironmentReader.Read<StaticConfiguration>(new Dictionary<string, string> { ["TRAEFIK_VERSION"] = "3" }, "TRAEFIK_").Root);
}
