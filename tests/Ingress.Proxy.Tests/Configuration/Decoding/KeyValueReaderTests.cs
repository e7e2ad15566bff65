using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;

namespace Ingress.Proxy.Tests.Configuration.Decoding;

public sealed class KeyValueReaderTests
{
    [Fact]
    public void ReadsTheKeysOfAStore()
    {
        var read = KeyValueReader.Read(
            new Dictionary<string, string>
            {
                ["traefik/http/routers/r/rule"] = "Host(`a`)",
                ["traefik/http/routers/r/entryPoints/0"] = "web",
                ["traefik/http/routers/r/entryPoints/1"] = "web2",
                ["traefik/http/routers/r/tls"] = "true",
                ["traefik/http/services/s/loadBalancer/servers/0/url"] = "http://a",
                ["traefik/http/services/s/weighted/services/0/name"] = "a",
                ["traefik/http/"] = "",
                ["other/http/routers/x/rule"] = "no",
            },
            "/traefik/");
        var result = Decoder.Decode<DynamicConfiguration>(read.Root!, new DecoderSettings());

        Assert.Empty(result.Faults);
        var router = result.Value.Http!.Routers!["r"];
        Assert.Equal(["web", "web2"], router.EntryPoints);
        Assert.NotNull(router.Tls);
        Assert.Equal("http://a", result.Value.Http.Services!["s"].LoadBalancer!.Servers[0].Url);
        Assert.Equal("a", result.Value.Http.Services["s"].Weighted!.Services[0].Name);
    }

    [Fact]
    public void IsEmptyWithoutKeys() => Assert.Null(KeyValueReader.Read(new Dictionary<string, string>(), "traefik").Root);
}
