using System.Globalization;
using Docker.DotNet.Models;
using Ingress.Providers.Labels;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;

namespace Ingress.Providers.Swarm;

/// <summary>Makes one configuration of all services: their labels, and one server for each task that runs, or the service's virtual address.</summary>
internal sealed class SwarmTranslation
{
    private readonly SwarmProviderOptions options;
    private readonly LabelTranslator translator;
    private readonly Constraints? constraints;
    private readonly string constraintsFault;

    /// <summary>Reads default rule and constraints.</summary>
    /// <exception cref="Proxy.Configuration.Templating.TemplateException">The default rule is no template.</exception>
    public SwarmTranslation(SwarmProviderOptions options, DecoderSettings decoding)
    {
        this.options = options;
        translator = new LabelTranslator(decoding, options.DefaultRule);
        _ = Constraints.TryParse(options.Constraints, out constraints, out constraintsFault);
    }

    /// <summary>The configuration; the findings say what became of each service.</summary>
    public DynamicConfiguration Translate(IReadOnlyList<SwarmService> services, IReadOnlyList<TaskResponse> tasks, IReadOnlyDictionary<string, string> networkNames, Findings findings)
    {
        var merge = new WorkloadMerge(findings);
        foreach (var service in services)
        {
            var name = service.Spec?.Name ?? service.ID ?? "";
            var labels = new Dictionary<string, string>(service.Spec?.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal);
            if (Select(name, labels, findings) is not { } own)
            {
                continue;
            }

            foreach (var workload in Workloads(service, name, labels, own, tasks, networkNames, findings))
            {
                if (translator.Translate(workload, findings) is { } configuration)
                {
                    merge.Add(workload, configuration);
                    findings.Used(workload.DisplayName, "");
                }
            }
        }

        return merge.Merge();
    }

    private (string Network, bool UsesVirtualAddress)? Select(string name, Dictionary<string, string> labels, Findings findings)
    {
        var (parsed, faults) = WorkloadOptions.Read(labels, "enable", "docker", "swarm");
        if (parsed is null)
        {
            findings.Rejected(name, $"decoding labels: {string.Join("; ", faults)}");
            return null;
        }

        if (parsed is { Docker: not null, Swarm: not null })
        {
            findings.Rejected(name, "both Docker and Swarm labels are defined; use traefik.swarm.… only");
            return null;
        }

        if (!(parsed.Enable ?? options.ExposedByDefault))
        {
            if (parsed.Enable is null)
            {
                LabelNames.WarnOfMistaken(name, labels, findings);
            }

            findings.Ignored(name, parsed.Enable is null ? "not enabled: set the label traefik.enable=true" : "traefik.enable is false");
            return null;
        }

        if (constraints is null)
        {
            findings.Rejected(name, constraintsFault);
            return null;
        }

        if (!constraints.Match(labels))
        {
            findings.Ignored(name, $"the constraints \"{options.Constraints}\" do not hold for its labels");
            return null;
        }

        if (parsed.Docker is not null)
        {
            findings.Warning(name, "labels traefik.docker.… are deprecated for Swarm services; write traefik.swarm.…");
        }

        var network = parsed.Swarm?.Network is { Length: > 0 } named ? named : parsed.Docker?.Network is { Length: > 0 } older ? older : options.Network;
        return (network, parsed.Swarm?.LbSwarm ?? parsed.Docker?.LbSwarm ?? false);
    }

    private static IEnumerable<Workload> Workloads(
        SwarmService service,
        string name,
        Dictionary<string, string> labels,
        (string Network, bool UsesVirtualAddress) own,
        IReadOnlyList<TaskResponse> tasks,
        IReadOnlyDictionary<string, string> networkNames,
        Findings findings)
    {
        if (own.UsesVirtualAddress)
        {
            if (service.Spec?.EndpointSpec?.Mode == "dnsrr")
            {
                findings.Rejected(name, "lbswarm needs a virtual address, and the service's endpoint mode is dnsrr");
                yield break;
            }

            var addresses = (service.Endpoint?.VirtualIPs ?? []).Select(address => (Name: networkNames.GetValueOrDefault(address.NetworkID ?? "", ""), Address: Bare(address.Addr)));
            yield return WorkloadOf(service.ID ?? name, name, name, labels, Choose(addresses, own.Network));
            yield break;
        }

        var running = tasks.Where(task => task.ServiceID == service.ID && task is { DesiredState: TaskState.Running, Status.State: TaskState.Running }).ToList();
        if (running.Count == 0)
        {
            findings.Ignored(name, "no task of it runs");
        }

        foreach (var task in running)
        {
            var addresses = (task.NetworksAttachments ?? []).SelectMany(attachment => (attachment.Addresses ?? []).Select(address =>
                (Name: networkNames.GetValueOrDefault(attachment.Network?.ID ?? "", attachment.Network?.Spec?.Name ?? ""), Address: Bare(address))));
            var slot = task.Slot is > 0 ? task.Slot.Value.ToString(CultureInfo.InvariantCulture) : task.ID;
            yield return WorkloadOf(task.ID ?? "", name, $"{name}.{slot}", labels, Choose(addresses, own.Network));
        }
    }

    private static Workload WorkloadOf(string id, string name, string displayName, Dictionary<string, string> labels, string address) => new()
    {
        Id = id,
        Name = WorkloadName.Normalize(name),
        DisplayName = displayName,
        Labels = labels,
        Locate = port => new WorkloadAddress(address, port, address.Length > 0 ? "" : "it is in no network with an address"),
    };

    // The network asked for where the task is in it, else the first one.
    private static string Choose(IEnumerable<(string Name, string Address)> addresses, string network)
    {
        var usable = addresses.Where(candidate => candidate.Address.Length > 0).ToList();
        var asked = usable.Find(candidate => network.Length > 0 && candidate.Name == network).Address;
        return asked ?? (usable.Count > 0 ? usable[0].Address : "");
    }

    // Addresses come with the length of their network's prefix.
    private static string Bare(string? address) => address is null ? "" : address.Split('/')[0];
}
