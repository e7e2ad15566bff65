using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;

namespace Ingress.Proxy.Tests.Configuration.Decoding;

public sealed class LabelReaderTests
{
    [Fact]
    public void ReadsLabelsOfItsSectionsInAnyCase()
    {
        var result = Decode(
            ("traefik.HTTP.Routers.Web.RULE", "Host(`a`)"),
            ("traefik.http.routers.Web.tls", "true"),
            ("traefik.http.routers.Web.tls.domains[0].main", "a.test"),
            ("traefik.http.routers.Web.tls.domains[0].sans", "b.test, c.test"),
            ("traefik.http.routers.Web.middlewares[0]", "m"),
            ("traefik.http.services.s.loadbalancer.server.port", "80"),
            ("traefik.enable", "true"),
            ("traefik.nosuch.x", "1"),
            ("other.http.routers.x.rule", "no"));

        Assert.Empty(result.Faults);
        var router = result.Value.Http!.Routers!["Web"];
        Assert.Equal("Host(`a`)", router.Rule);
        Assert.Equal(["b.test", "c.test"], router.Tls!.Domains[0].Sans);
        Assert.Equal(["m"], router.Middlewares);
        Assert.Equal("80", result.Value.Http.Services!["s"].LoadBalancer!.Servers[0].Port);
    }

    [Fact]
    public void ATextWhereStructuresBelongIsPassedOverAndTold()
    {
        var result = Decode(
            ("traefik.http.routers.r.tls.domains", "example.com"), ("traefik.http.routers.s", "1"), ("traefik.http", "true"), ("traefik.http.routers", "yes"), ("traefik.http.routers.t.tls", "maybe"));

        Assert.Empty(result.Faults);
        Assert.Equal(["traefik.http.routers", "traefik.http.routers.r.tls.domains", "traefik.http.routers.t.tls"], result.Warnings.Select(warning => warning.Path));
        Assert.Null(result.Value.Http!.Routers!["t"].Tls);
        Assert.Empty(result.Value.Http!.Routers!["r"].Tls!.Domains);
        Assert.True(result.Value.Http.Routers.ContainsKey("s"));
    }

    [Fact]
    public void SwitchesAStructureOffByFalse() => Assert.Null(Decode(("traefik.http.routers.r.tls", "false")).Value.Http!.Routers!["r"].Tls);

    [Fact]
    public void SaysWhatLabelsCannotSet()
    {
        var result = Decode(("traefik.http.services.s.weighted.services[0].name", "a"), ("traefik.http.routers.r.parentrefs", "p"));

        Assert.Empty(result.Faults);
        Assert.Equal(
            ["traefik.http.routers.r.parentrefs", "traefik.http.services.s.weighted"],
            result.Warnings.Select(warning => warning.Path));
    }

    [Theory]
    [InlineData("traefik.http.routers.r.nosuch", "1")]
    [InlineData("traefik.http.nosuch.x", "1")]
    [InlineData("traefik.http.routers.r.priority", "")]
    [InlineData("traefik.http.routers.r.rule.more", "x")]
    [InlineData("traefik.http.routers.r.middlewares.more", "x")]
    [InlineData("traefik.http.routers..rule", "x")]
    [InlineData("traefik.http.services.s.loadbalancer", "true")]
    [InlineData("traefik.http.services.s.loadbalancer.server", "true")]
    public void NamesTheLabelThatIsWrong(string key, string value)
    {
        var fault = Assert.Single(Decode((key, value)).Faults);

        Assert.StartsWith("traefik.http.", fault.Path, StringComparison.Ordinal);
    }

    private static DecodeResult<DynamicConfiguration> Decode(params (string Key, string Value)[] labels)
    {
        var read = LabelReader.Read(labels.Select(label => KeyValuePair.Create(label.Key, label.Value)), "traefik", "http", "tcp", "udp", "tls");
        var result = Decoder.Decode<DynamicConfiguration>(read.Root ?? Node.OfMap("traefik"), new DecoderSettings { FromLabels = true });
        return result with { Faults = [.. read.Faults, .. result.Faults] };
    }
}
