using Ingress.Providers.Docker;
using Ingress.Providers.Labels;
using Ingress.Proxy;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;

namespace Ingress.Providers.Tests.Docker;

public sealed class DockerProviderTests
{
    private readonly Findings findings = new();

    [Fact]
    public void AContainerGetsARouterAndAServiceOfItsName()
    {
        var http = Translate(Container("whoami", [], port: 8080)).Http!;

        Assert.Equal("Host(`whoami`)", http.Routers!["whoami"].Rule);
        Assert.Equal("whoami", http.Routers["whoami"].Service);
        Assert.Equal("http://172.17.0.2:8080", http.Services!["whoami"].LoadBalancer!.Servers[0].Url);
    }

    [Fact]
    public void LabelsNameTheRouterItsRuleAndThePort()
    {
        var http = Translate(Container("app", new()
        {
            ["traefik.http.routers.web.rule"] = "Host(`app.example.com`)",
            ["traefik.http.services.web.loadbalancer.server.port"] = "3000",
            ["traefik.http.middlewares.m.stripprefix.prefixes"] = "/a,/b",
        })).Http!;

        Assert.Equal("Host(`app.example.com`)", http.Routers!["web"].Rule);
        Assert.Equal("http://172.17.0.2:3000", http.Services!["web"].LoadBalancer!.Servers[0].Url);
        Assert.Contains("m", http.Middlewares!.Keys);
    }

    [Fact]
    public void ATypingErrorLeavesOnlyItsContainerOutAndIsTold()
    {
        var http = Translate(
            Container("bad", new() { ["traefik.http.routers.bad.rulee"] = "Host(`bad`)" }, port: 80),
            Container("good", [], port: 80)).Http!;

        Assert.Equal(["good"], http.Routers!.Keys);
        var finding = Assert.Single(findings.All, finding => finding.Outcome == "rejected");
        Assert.Contains("bad", finding.Subject, StringComparison.Ordinal);
        Assert.Contains("rulee", finding.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ASwitchedOffContainerIsIgnoredAndTheReasonTold()
    {
        var http = Translate(Container("off", new() { ["traefik.enable"] = "false" }, port: 80)).Http!;

        Assert.Empty(http.Routers!);
        Assert.Equal("ignored", Assert.Single(findings.All).Outcome);
    }

    [Fact]
    public void ScaledContainersBecomeOneServiceWithTwoServers()
    {
        Dictionary<string, string> labels = new() { ["com.docker.compose.service"] = "web", ["com.docker.compose.project"] = "shop" };
        var http = Translate(Container("shop-web-1", labels, port: 80), Container("shop-web-2", labels, port: 80, address: "172.17.0.3")).Http!;

        Assert.Equal(2, http.Services!["web-shop"].LoadBalancer!.Servers.Count);
    }

    [Fact]
    public void AContainerOnTheHostsNetworkIsReachedThroughTheHostAndNotWarnedOf()
    {
        var container = Container("hass", new() { ["traefik.http.services.hass.loadbalancer.server.port"] = "8123" }) with
        {
            NetworkMode = "host",
            Networks = [new ContainerNetwork("host", "")],
        };

        var http = Translate(new DockerProviderOptions { Network = "proxy" }, container).Http!;

        Assert.EndsWith(":8123", http.Services!["hass"].LoadBalancer!.Servers[0].Url, StringComparison.Ordinal);
        Assert.Equal("used", Assert.Single(findings.All).Outcome);
    }

    private static Container Container(string name, Dictionary<string, string> labels, int port = 0, string address = "172.17.0.2") => new()
    {
        Id = name + "-id",
        Name = name,
        Labels = labels,
        State = "running",
        Networks = [new ContainerNetwork("bridge", address)],
        Ports = port == 0 ? [] : [new ContainerPort(port, [])],
    };

    private DynamicConfiguration Translate(params Container[] containers) => Translate(new DockerProviderOptions(), containers);

    private DynamicConfiguration Translate(DockerProviderOptions options, params Container[] containers)
        => new DockerTranslation(options, new DecoderSettings { Catalogs = ProxyCatalogs.All }).Translate(containers, [], findings);
}
