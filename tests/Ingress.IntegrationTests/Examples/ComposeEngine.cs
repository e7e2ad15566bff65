using System.Globalization;
using Docker.DotNet.Models;
using Ingress.Providers.Docker;
using EngineTaskStatus = Docker.DotNet.Models.TaskStatus;

namespace Ingress.IntegrationTests.Examples;

/// <summary>
/// What an engine would report of a Compose file: containers, or services and tasks of a Swarm. Addresses are handed out in order: <c>172.30.N.M</c> is
/// container M, counted from 2, in the network N, counted from 0 in the order of their names.
/// </summary>
internal sealed class ComposeEngine
{
    private readonly ComposeFile file;
    private readonly List<string> networks;

    public ComposeEngine(ComposeFile file)
    {
        this.file = file;
        networks = [.. file.Services.Values.SelectMany(service => service.Networks).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>The names of networks by id.</summary>
    public IReadOnlyDictionary<string, string> NetworkNames => networks.ToDictionary(name => "id-of-" + name, StringComparer.Ordinal);

    /// <summary>The containers, all running.</summary>
    public IReadOnlyList<Container> Containers()
    {
        var containers = new List<Container>();
        foreach (var service in file.Services.Values)
        {
            for (var number = 1; number <= service.Replicas; number++)
            {
                containers.Add(ContainerOf(service, number, containers.Count + 2));
            }
        }

        return containers;
    }

    /// <summary>The services of a Swarm and their tasks, all running.</summary>
    public (IReadOnlyList<SwarmService> Services, IReadOnlyList<TaskResponse> Tasks) Swarm()
    {
        var services = new List<SwarmService>();
        var tasks = new List<TaskResponse>();
        foreach (var service in file.Services.Values)
        {
            var name = $"{file.Project}_{service.Name}";
            services.Add(new SwarmService
            {
                ID = "id-of-" + name,
                Spec = new ServiceSpec { Name = name, Labels = service.DeployLabels.ToDictionary() },
                Endpoint = new Endpoint
                {
                    VirtualIPs = [.. service.Networks.Select(network => new EndpointVirtualIP { NetworkID = "id-of-" + network, Addr = Address(network, 100 + services.Count) + "/24" })],
                },
            });
            for (var slot = 1; slot <= service.Replicas; slot++)
            {
                var host = tasks.Count + 2;
                tasks.Add(new TaskResponse
                {
                    ID = $"id-of-{name}.{slot}",
                    ServiceID = "id-of-" + name,
                    Slot = slot,
                    DesiredState = TaskState.Running,
                    Status = new EngineTaskStatus { State = TaskState.Running },
                    NetworksAttachments = [.. service.Networks.Select(network => new NetworkAttachment { Network = new SwarmNetwork { ID = "id-of-" + network }, Addresses = [Address(network, host) + "/24"] })],
                });
            }
        }

        return (services, tasks);
    }

    private Container ContainerOf(ComposeService service, int number, int host) => new()
    {
        Id = IdOf(service, number),
        Name = service.ContainerName.Length > 0 ? service.ContainerName : $"{file.Project}-{service.Name}-{number}",
        Labels = new Dictionary<string, string>(service.Labels, StringComparer.Ordinal)
        {
            ["com.docker.compose.project"] = file.Project,
            ["com.docker.compose.service"] = service.Name,
            ["com.docker.compose.oneoff"] = "False",
            ["com.docker.compose.container-number"] = number.ToString(CultureInfo.InvariantCulture),
        },
        State = "running",
        NetworkMode = service.NetworkMode.StartsWith("service:", StringComparison.Ordinal)
            ? "container:" + IdOf(file.Services[service.NetworkMode["service:".Length..]], 1)
            : service.NetworkMode.Length > 0 ? service.NetworkMode : service.Networks[0],
        Networks = service.NetworkMode == "host" ? [new ContainerNetwork("host", "")] : [.. service.Networks.Order(StringComparer.Ordinal).Select(network => new ContainerNetwork(network, Address(network, host)))],
        Ports = [.. service.Ports.Select(port => new ContainerPort(port, []))],
    };

    private static string IdOf(ComposeService service, int number) => $"id-of-{service.Name}-{number}";

    private string Address(string network, int host) => $"172.30.{networks.IndexOf(network)}.{host}";
}
