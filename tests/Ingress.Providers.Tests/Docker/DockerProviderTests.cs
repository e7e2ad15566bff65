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

    [Theory]
    [InlineData("traefik.enabel")]
    [InlineData("traefk.enable")]
    [InlineData("Traefik.enable")]
    public void AMisspeltEnableIsToldWhereContainersHaveToAskForARoute(string label)
    {
        _ = Translate(new DockerProviderOptions { ExposedByDefault = false }, Container("app", new() { [label] = "true" }, port: 80));

        Assert.Equal(["warning", "ignored"], findings.All.Select(finding => finding.Outcome));
        Assert.Contains(label, findings.All[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ASwitchedOffContainerIsIgnoredAndTheReasonTold()
    {
        var http = Translate(Container("off", new() { ["traefik.enable"] = "false" }, port: 80)).Http!;

        Assert.Empty(http.Routers!);
        Assert.Equal("ignored", Assert.Single(findings.All).Outcome);
    }

    [Fact]
    public void LabelsThatStayTheSameAreReadOnceAndTellTheSameAgain()
    {
        var translation = new DockerTranslation(new DockerProviderOptions(), new DecoderSettings { Catalogs = ProxyCatalogs.All });
        var (app, bad) = (Container("app", new() { ["traefik.http.routers.web.rule"] = "Host(`app.example.com`)", ["traefk.enable"] = "true" }, port: 80), Container("bad", new() { ["traefik.http.nosuch"] = "x" }, port: 80));
        var (first, second, third) = (new Findings(), new Findings(), new Findings());

        var before = translation.Translate([app, bad], [], first);
        var after = translation.Translate([app, bad], [], second);
        var changed = translation.Translate([app with { Labels = new Dictionary<string, string> { ["traefik.http.routers.web.rule"] = "Host(`other.example.com`)" } }], [], third);

        Assert.Equal(first.All, second.All);
        Assert.Equal(["warning", "used", "rejected"], first.All.Select(finding => finding.Outcome));
        Assert.Equal(before.Http!.Routers!["web"], after.Http!.Routers!["web"]);
        Assert.Equal("Host(`other.example.com`)", changed.Http!.Routers!["web"].Rule);
        Assert.Equal("used", Assert.Single(third.All).Outcome);
    }

    [Fact]
    public void AnUnchangedContainerIsFoundAnewWhereItsPlaceHasChanged()
    {
        var translation = new DockerTranslation(new DockerProviderOptions(), new DecoderSettings { Catalogs = ProxyCatalogs.All });
        var two = Container("two", [], port: 80) with { Networks = [new ContainerNetwork("a", "10.0.0.1"), new ContainerNetwork("b", "10.1.0.1")] };
        var guest = Container("guest", [], port: 81) with { NetworkMode = "container:host", Networks = [] };
        var host = Container("host", [], port: 82, address: "10.2.0.1");
        string[] Urls(Container host, params string[] networks) =>
            [.. translation.Translate([two, guest, host], networks, new Findings()).Http!.Services!.OrderBy(service => service.Key, StringComparer.Ordinal).Select(service => service.Value.LoadBalancer!.Servers[0].Url)];

        Assert.Equal(["http://10.2.0.1:81", "http://10.2.0.1:82", "http://10.0.0.1:80"], Urls(host));
        Assert.Equal(["http://10.2.0.1:81", "http://10.2.0.1:82", "http://10.1.0.1:80"], Urls(host, "b"));
        Assert.Equal(["http://10.2.0.9:81", "http://10.2.0.9:82", "http://10.1.0.1:80"], Urls(host with { Networks = [new ContainerNetwork("bridge", "10.2.0.9")] }, "b"));
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

    [Fact]
    public void AContainerOfComposeRunIsIgnored()
    {
        var http = Translate(Container("job", new() { ["com.docker.compose.oneoff"] = "True" }, port: 80)).Http!;

        Assert.Empty(http.Services!);
        Assert.Contains("one-off", Assert.Single(findings.All).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void AReplacementThatIsStillStartingTakesNoTraffic()
    {
        var http = Translate(
            Container("web-1", Version("a"), port: 80),
            Container("web-2", Version("b"), port: 80, address: "172.17.0.3") with { Health = "starting" }).Http!;

        Assert.Equal("http://172.17.0.2:80", Assert.Single(http.Services!["web-shop"].LoadBalancer!.Servers).Url);
    }

    [Fact]
    public void AContainerThatHasBeenToldToEndIsLeftOutWhereAnotherServes()
    {
        var leaving = Container("web-1", Version("a"), port: 80) with { IsLeaving = true };

        var alone = Translate(leaving).Http!;
        var replaced = Translate(leaving, Container("web-2", Version("a"), port: 80, address: "172.17.0.3")).Http!;

        Assert.Equal("http://172.17.0.2:80", Assert.Single(alone.Services!["web-shop"].LoadBalancer!.Servers).Url);
        Assert.Equal("http://172.17.0.3:80", Assert.Single(replaced.Services!["web-shop"].LoadBalancer!.Servers).Url);
    }

    [Fact]
    public void TheNewerVersionOfAComposeServiceSpeaksWhereVersionsDisagree()
    {
        var older = Version("a");
        older["traefik.http.routers.web.rule"] = "Host(`old.example.com`)";
        var newer = Version("b");
        newer["traefik.http.routers.web.rule"] = "Host(`new.example.com`)";

        var http = Translate(
            Container("web-1", older, port: 80) with { Created = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc) },
            Container("web-2", newer, port: 80, address: "172.17.0.3") with { Created = new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc) }).Http!;

        Assert.Equal("Host(`new.example.com`)", http.Routers!["web"].Rule);
        Assert.Contains("web-2", Assert.Single(findings.All, finding => finding.Outcome == "warning").Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("15", "", true)]
    [InlineData("9", "SIGQUIT", true)]
    [InlineData("3", "SIGQUIT", true)]
    [InlineData("28", "SIGWINCH", true)]
    [InlineData("37", "SIGRTMIN+3", true)]
    [InlineData("SIGTERM", "", true)]
    [InlineData("1", "", false)]
    [InlineData("10", "SIGTERM", false)]
    [InlineData("3", "", false)]
    [InlineData("nonsense", "", false)]
    public void OnlyASignalThatEndsAContainerCounts(string signal, string own, bool ends) => Assert.Equal(ends, StopSignal.Ends(signal, own));

    private static Dictionary<string, string> Version(string hash) => new()
    {
        ["com.docker.compose.service"] = "web",
        ["com.docker.compose.project"] = "shop",
        ["com.docker.compose.config-hash"] = hash,
    };

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
