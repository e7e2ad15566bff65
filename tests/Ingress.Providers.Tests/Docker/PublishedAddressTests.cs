using Ingress.Providers.Docker;

namespace Ingress.Providers.Tests.Docker;

public sealed class PublishedAddressTests
{
    private const string Host = "192.0.2.7";

    [Theory]
    [InlineData("", "8080")]
    [InlineData("80", "8080")]
    [InlineData("443", "8443")]
    public void TheServerIsTheHostWithThePublishedPort(string label, string expected)
    {
        var address = Find(Container("app", ports: [Port(80, "0.0.0.0:8080"), Port(443, "192.0.2.9:8443"), Port(9000)]), label);

        Assert.Equal((Host, expected, ""), (address.Host, address.Port, address.Note));
    }

    [Fact]
    public void WithoutALabelAPortThatIsNotPublishedIsPassedOver() =>
        Assert.Equal("8080", Find(Container("app", ports: [Port(22), Port(80, "0.0.0.0:8080")])).Port);

    [Theory]
    [InlineData("9000", "does not publish port 9000 on its host 192.0.2.7, where this proxy could reach it; it publishes 0.0.0.0:8080 for 80, 127.0.0.1:9443 for 443")]
    [InlineData("443", "does not publish port 443")]
    public void AMissingPortIsToldWithThoseThatThereAre(string label, string note)
    {
        var address = Find(Container("app", ports: [Port(80, "0.0.0.0:8080"), Port(443, "127.0.0.1:9443"), Port(9000)]), label);

        Assert.Equal("", address.Host);
        Assert.Contains(note, address.Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("::1")]
    public void APortOfTheLoopbackInterfaceIsUsedWhereTheHostIsThisMachine(string host) =>
        Assert.Equal("8080", PublishedAddress.Find(Container("app", ports: [Port(80, "127.0.0.1:8080")]), [], host, "").Port);

    [Fact]
    public void AContainerOnItsHostsNetworkHasThePortItListensOn() =>
        Assert.Equal((Host, "8123"), (Find(Container("app", "host"), "8123").Host, Find(Container("app", "host"), "8123").Port));

    [Fact]
    public void AContainerInAnothersNetworkHasThePortsThatThatOnePublishes() =>
        Assert.Equal("9091", Find(Container("torrent", "container:vpn"), "9091", Container("vpn", ports: [Port(9091, "0.0.0.0:9091")])).Port);

    [Theory]
    [InlineData("container:gone", "is not there")]
    [InlineData("container:app", "leads round in a circle")]
    public void AWayThatLeadsNowhereIsTold(string mode, string note) => Assert.Contains(note, Find(Container("app", mode)).Note, StringComparison.Ordinal);

    private static Ingress.Providers.Labels.WorkloadAddress Find(Container container, string label = "", params Container[] others) =>
        PublishedAddress.Find(container, [container, .. others], Host, label);

    private static Container Container(string name, string mode = "bridge", params ContainerPort[] ports) => new()
    {
        Id = name + "-id",
        Name = name,
        Labels = new Dictionary<string, string>(),
        State = "running",
        NetworkMode = mode,
        Ports = ports,
    };

    private static ContainerPort Port(int number, params string[] published) =>
        new(number, [.. published.Select(text => new PublishedPort(text[..text.LastIndexOf(':')], text[(text.LastIndexOf(':') + 1)..]))]);
}
