using Ingress.Proxy.Configuration.Runtime;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Examples;

/// <summary>The Compose files of <c>config/examples</c>: each gives the routers, services and middlewares that its table in <c>Expected</c> lists.</summary>
public sealed class ExampleTests
{
    private const string Folder = "config/examples";
    private const string Expected = "tests/Ingress.IntegrationTests/Examples/Expected";

    public static TheoryData<string> Cases => [.. Names];

    private static IEnumerable<string> Names => Directory.EnumerateDirectories(Repository.PathOf(Folder)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task GivesWhatItsTableLists(string name)
    {
        var file = Compose(name);
        var (settings, runtime) = await ExampleProxy.RunAsync(file, Compose("ingress"));

        GoldenFiles.Check($"{Expected}/{name}.txt", ExampleTable.Of(runtime, ExampleProxy.IsIn(file) ? ["docker", "swarm", "file"] : ["docker", "swarm"]));
        Assert.Contains(runtime.HttpRouters.Values, router => router.Provider is "docker" or "swarm");
        Assert.All(runtime.HttpRouters.Values, router => Assert.Equal(ObjectStatus.Enabled, router.Status));
        Assert.All(runtime.HttpServices.Values, service => Assert.Equal(ObjectStatus.Enabled, service.Status));
        Assert.All(runtime.HttpMiddlewares.Values, middleware => Assert.Equal(ObjectStatus.Enabled, middleware.Status));
        Assert.All(runtime.TcpRouters.Values, router => Assert.Equal(ObjectStatus.Enabled, router.Status));
        Assert.All(runtime.UdpRouters.Values, router => Assert.Equal(ObjectStatus.Enabled, router.Status));
        Assert.All(
            runtime.HttpRouters.Values.Select(router => router.Config.Tls?.CertResolver).Where(resolver => !string.IsNullOrEmpty(resolver)),
            resolver => Assert.Contains(resolver, settings.CertificatesResolvers.Keys));
        Assert.DoesNotContain(runtime.Findings.Values.SelectMany(findings => findings), finding => finding.Outcome is "rejected" or "warning");
    }

    [Fact]
    public void EachIsInTheIndex()
    {
        var index = File.ReadAllText(Repository.PathOf(Folder + "/README.md"));

        Assert.All(Names, name => Assert.Contains($"]({name}/", index, StringComparison.Ordinal));
    }

    private static ComposeFile Compose(string name) => ComposeFile.Read(Repository.PathOf($"{Folder}/{name}/compose.yaml"));
}
