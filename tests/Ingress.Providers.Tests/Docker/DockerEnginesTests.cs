using Ingress.Providers.Docker;
using Ingress.Providers.DockerEngine;
using Ingress.Proxy.Configuration;

namespace Ingress.Providers.Tests.Docker;

public sealed class DockerEnginesTests
{
    [Fact]
    public void WithoutHostsThereIsTheOneEngineOfTraefik()
    {
        var engine = Assert.Single(All(new DockerProviderOptions()));

        Assert.Equal(("docker", "unix:///var/run/docker.sock", ""), (engine.Name, engine.Endpoint.Address, engine.PublishedAt));
    }

    [Theory]
    [InlineData("tcp://192.0.2.7:2376", "", "192.0.2.7")]
    [InlineData("https://nas.lan:2376", "", "nas.lan")]
    [InlineData("ssh://root@nas:2222", "", "nas")]
    [InlineData("tcp://[2001:db8::7]:2375", "", "2001:db8::7")]
    [InlineData("tcp://192.0.2.7:2376", "nas.lan", "nas.lan")]
    [InlineData("unix:///run/nas.sock", "nas.lan", "nas.lan")]
    [InlineData("unix:///run/podman/podman.sock", "", "")]
    public void AHostIsReachedAtItsAddressElseAtThatOfItsEndpoint(string endpoint, string address, string expected)
    {
        var engines = All(With("nas", new DockerHostOptions { Endpoint = endpoint, Address = address }));

        Assert.Equal(["docker", "docker-nas"], engines.Select(engine => engine.Name));
        Assert.Equal(expected, engines[1].PublishedAt);
        Assert.Equal(endpoint, engines[1].Endpoint.Address);
    }

    [Fact]
    public void AHostInheritsWhatItDoesNotSetButNotTheWayToTheMainEngine()
    {
        var main = With("nas", new DockerHostOptions { Endpoint = "tcp://nas:2376" }) with
        {
            DefaultRule = "Host(`{{ .Name }}.lan`)",
            ExposedByDefault = false,
            Constraints = "Label(`a`, `b`)",
            Snapshot = "/data/docker.json",
            Username = "u",
            Password = "p",
            Tls = new EngineTlsOptions { Ca = "ca.pem" },
        };
        var host = All(main)[1];

        Assert.Equal((main.DefaultRule, main.ExposedByDefault, main.Constraints), (host.Options.DefaultRule, host.Options.ExposedByDefault, host.Options.Constraints));
        Assert.Equal("/data/docker-nas.json", host.Options.Snapshot);
        Assert.Null(host.Endpoint.Tls);
        Assert.Null(host.Endpoint.Authorization);
    }

    [Fact]
    public void AHostHasADefaultRuleOfItsOwn() =>
        Assert.Equal("Host(`x`)", All(With("nas", new DockerHostOptions { Endpoint = "tcp://nas", DefaultRule = "Host(`x`)" }))[1].Options.DefaultRule);

    [Fact]
    public void DockersVariablesAreForTheMainEngineOnly()
    {
        var engines = DockerEngines.All(With("nas", new DockerHostOptions { Endpoint = "tcp://nas:2376" }), name => name == "DOCKER_HOST" ? "tcp://elsewhere:2375" : null);

        Assert.Equal(["tcp://elsewhere:2375", "tcp://nas:2376"], engines.Select(engine => engine.Endpoint.Address));
    }

    [Fact]
    public void WithAnEmptyEndpointThereAreOnlyTheHosts() =>
        Assert.Equal(["docker-nas"], All(With("nas", new DockerHostOptions { Endpoint = "tcp://nas" }) with { Endpoint = "" }).Select(engine => engine.Name));

    [Theory]
    [InlineData("nas", "", "providers.docker.hosts.nas.endpoint: is missing")]
    [InlineData("nas", "tcp://", "providers.docker.hosts.nas.endpoint: \"tcp://\" names no host")]
    [InlineData("my nas", "tcp://nas", "providers.docker.hosts.my nas: ")]
    [InlineData("nas@home", "tcp://nas", "providers.docker.hosts.nas@home: ")]
    [InlineData("-nas", "tcp://nas", "providers.docker.hosts.-nas: ")]
    public void AWrongHostIsNamedWithTheFix(string name, string endpoint, string named)
    {
        var exception = Assert.Throws<ConfigurationException>(() => All(With(name, new DockerHostOptions { Endpoint = endpoint })));

        Assert.StartsWith(named, exception.Message, StringComparison.Ordinal);
    }

    private static DockerProviderOptions With(string name, DockerHostOptions host) => new() { Hosts = new Dictionary<string, DockerHostOptions> { [name] = host } };

    private static List<FollowedEngine> All(DockerProviderOptions options) => DockerEngines.All(options, _ => null);
}
