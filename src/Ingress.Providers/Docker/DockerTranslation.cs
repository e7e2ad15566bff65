using Ingress.Providers.DockerEngine;
using Ingress.Providers.Labels;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Extensibility;

namespace Ingress.Providers.Docker;

/// <summary>Makes one configuration of all containers: which are used, what their labels say, and where they are.</summary>
internal sealed class DockerTranslation
{
    private const string Leaving = "told to end, so it gets requests only where no other container serves the same";

    private readonly EngineOptions options;
    private readonly string publishedAt;
    private readonly LabelTranslator translator;
    private readonly Constraints? constraints;
    private readonly string constraintsFault;
    private Dictionary<Container, Translated> known = new(ReferenceEqualityComparer.Instance);
    private IReadOnlyCollection<string> ownNetworks = [];

    /// <summary>Reads default rule and constraints; containers are reached at their own addresses unless the address of their machine is given.</summary>
    /// <exception cref="Proxy.Configuration.Templating.TemplateException">The default rule is no template.</exception>
    public DockerTranslation(EngineOptions options, DecoderSettings decoding, string publishedAt = "")
    {
        this.publishedAt = publishedAt;
        this.options = options;
        translator = new LabelTranslator(decoding, options.DefaultRule);
        _ = Constraints.TryParse(options.Constraints, out constraints, out constraintsFault);
    }

    /// <summary>The configuration; the findings say what became of each container.</summary>
    public DynamicConfiguration Translate(IReadOnlyList<Container> containers, IReadOnlyCollection<string> ownNetworks, Findings findings)
    {
        if (!ownNetworks.SequenceEqual(this.ownNetworks))
        {
            (this.known, this.ownNetworks) = (new(ReferenceEqualityComparer.Instance), ownNetworks);
        }

        var locator = new ContainerLocator(options, containers, ownNetworks);
        var merge = new WorkloadMerge(findings);
        var known = new Dictionary<Container, Translated>(containers.Count, ReferenceEqualityComparer.Instance);
        foreach (var container in containers)
        {
            if (!this.known.TryGetValue(container, out var translated))
            {
                translated = Translate(container, containers, locator);
            }

            if (StandsAlone(container))
            {
                known[container] = translated;
            }

            findings.Add(translated.Findings);
            if (translated is { Workload: { } workload, Configuration: { } configuration })
            {
                merge.Add(workload, configuration);
            }
        }

        this.known = known;
        return merge.Merge();
    }

    /// <summary>Whether nothing but the container itself and this proxy's networks decides where it is: neither another container nor the name of the host.</summary>
    private static bool StandsAlone(Container container) => container.SharesNetworkOf is null && container.NetworkMode != "host";

    private Translated Translate(Container container, IReadOnlyList<Container> containers, ContainerLocator locator)
    {
        var findings = new Findings();
        var workload = Select(container, containers, locator, findings);
        var configuration = workload is null ? null : translator.Translate(workload, findings);
        if (workload is not null && configuration is not null)
        {
            findings.Used(container.Name, !workload.Serves ? "without a server: " + StateOf(container) : workload.IsLeaving ? Leaving : "");
        }

        return new Translated(workload, configuration, findings.All);
    }

    /// <summary>The name that routers and services go by: service and project of Compose, else the container's own.</summary>
    internal static string BaseName(Container container) => WorkloadName.Normalize(ComposeService(container) ?? container.Name);

    private static string? ComposeService(Container container)
    {
        var service = container.Labels.GetValueOrDefault("com.docker.compose.service", "");
        var project = container.Labels.GetValueOrDefault("com.docker.compose.project", "");
        return service.Length > 0 && project.Length > 0 ? $"{service}_{project}" : null;
    }

    /// <summary>Compose writes a hash of a service's settings on its containers: where it differs, the service is being replaced.</summary>
    private static WorkloadVersion? VersionOf(Container container) =>
        ComposeService(container) is { } service && container.Labels.TryGetValue("com.docker.compose.config-hash", out var hash)
            ? new WorkloadVersion(service, hash, container.Created)
            : null;

    private Workload? Select(Container container, IReadOnlyList<Container> containers, ContainerLocator locator, Findings findings)
    {
        var (labels, faults) = WorkloadOptions.Read(container.Labels, "enable", "docker");
        if (labels is null)
        {
            findings.Rejected(container.Name, $"decoding Docker labels: {string.Join("; ", faults)}");
            return null;
        }

        if (!(labels.Enable ?? options.ExposedByDefault))
        {
            if (labels.Enable is null)
            {
                LabelNames.WarnOfMistaken(container.Name, container.Labels, findings);
            }

            findings.Ignored(container.Name, labels.Enable is null ? "not enabled: set the label traefik.enable=true" : "traefik.enable is false");
            return null;
        }

        if (constraints is null)
        {
            findings.Rejected(container.Name, constraintsFault);
            return null;
        }

        if (!constraints.Match(container.Labels))
        {
            findings.Ignored(container.Name, $"the constraints \"{options.Constraints}\" do not hold for its labels");
            return null;
        }

        if (container.Labels.GetValueOrDefault("com.docker.compose.oneoff", "").Equals("True", StringComparison.OrdinalIgnoreCase))
        {
            findings.Ignored(container.Name, "a one-off container of compose run");
            return null;
        }

        var keeps = labels.Docker?.AllowNonRunning ?? false;
        if (!keeps && !(container.IsRunning && (container.IsHealthy || options.AllowEmptyServices)))
        {
            findings.Ignored(container.Name, StateOf(container));
            return null;
        }

        var network = labels.Docker?.Network is { Length: > 0 } named ? named : options.Network;
        return new Workload
        {
            Id = container.Id,
            Name = BaseName(container),
            DisplayName = container.Name,
            Labels = container.Labels,
            Version = VersionOf(container),
            Serves = container is { IsRunning: true, IsHealthy: true },
            IsLeaving = container.IsLeaving,
            Locate = port => publishedAt.Length > 0 ? PublishedAddress.Find(container, containers, publishedAt, port) : locator.Locate(container, network, port),
        };
    }

    private static string StateOf(Container container) => container switch
    {
        { IsRunning: false } => $"not running: {container.State}",
        { Illness: { } illness } => $"health is {container.Health} {illness}",
        _ => $"health is {container.Health}",
    };

    /// <summary>What became of a container. It is kept with the container, which is another object where anything about it has changed.</summary>
    private sealed record Translated(Workload? Workload, WorkloadConfiguration? Configuration, IReadOnlyList<DiscoveryFinding> Findings);
}
