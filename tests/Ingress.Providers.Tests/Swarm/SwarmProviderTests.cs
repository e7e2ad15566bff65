using Docker.DotNet.Models;
using Ingress.Providers.Labels;
using Ingress.Providers.Swarm;
using Ingress.Proxy;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;
using EngineTaskStatus = Docker.DotNet.Models.TaskStatus;

namespace Ingress.Providers.Tests.Swarm;

public sealed class SwarmProviderTests
{
    private readonly Findings findings = new();

    [Fact]
    public void EachRunningTaskIsAServer()
    {
        var http = Translate(
            Service("web", "80"),
            Task("web", 1, "10.0.9.3/24"),
            Task("web", 2, "10.0.9.4/24"),
            Task("web", 3, "10.0.9.5/24", TaskState.Failed)).Http!;

        Assert.Equal("Host(`web`)", http.Routers!["web"].Rule);
        Assert.Equal(["http://10.0.9.3:80", "http://10.0.9.4:80"], http.Services!["web"].LoadBalancer!.Servers.Select(server => server.Url));
    }

    [Fact]
    public void TheVirtualAddressIsTheOnlyServerWhereTheLabelAsksForIt()
    {
        var service = Service("web", "80");
        service.Spec!.Labels!["traefik.swarm.lbswarm"] = "true";
        service.Endpoint = new Endpoint { VirtualIPs = [new EndpointVirtualIP { NetworkID = "n1", Addr = "10.0.9.2/24" }] };

        var http = Translate(service, Task("web", 1, "10.0.9.3/24"), Task("web", 2, "10.0.9.4/24")).Http!;

        Assert.Equal("http://10.0.9.2:80", Assert.Single(http.Services!["web"].LoadBalancer!.Servers).Url);
    }

    [Fact]
    public void AServiceWithoutAPortIsLeftOutAndTheReasonTold()
    {
        var http = Translate(Service("web", ""), Task("web", 1, "10.0.9.3/24")).Http!;

        Assert.Empty(http.Routers!);
        Assert.Contains("port is missing", Assert.Single(findings.All).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void AServiceWithoutATaskIsIgnored()
    {
        var http = Translate(Service("web", "80")).Http!;

        Assert.Empty(http.Routers!);
        Assert.Equal("ignored", Assert.Single(findings.All).Outcome);
    }

    private static SwarmService Service(string name, string port) => new()
    {
        ID = name + "-id",
        Spec = new ServiceSpec
        {
            Name = name,
            Labels = port.Length == 0 ? new Dictionary<string, string>() : new Dictionary<string, string> { [$"traefik.http.services.{name}.loadbalancer.server.port"] = port },
        },
    };

    private static TaskResponse Task(string service, int slot, string address, TaskState state = TaskState.Running) => new()
    {
        ID = $"{service}-task-{slot}",
        ServiceID = service + "-id",
        Slot = slot,
        DesiredState = TaskState.Running,
        Status = new EngineTaskStatus { State = state },
        NetworksAttachments = [new NetworkAttachment { Addresses = [address] }],
    };

    private DynamicConfiguration Translate(SwarmService service, params TaskResponse[] tasks)
        => new SwarmTranslation(new SwarmProviderOptions(), new DecoderSettings { Catalogs = ProxyCatalogs.All })
            .Translate([service], tasks, new Dictionary<string, string> { ["n1"] = "edge" }, findings);
}
