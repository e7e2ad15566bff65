using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Providers.Labels;

/// <summary>The labels of a workload that speak to the provider rather than of routers.</summary>
internal sealed record WorkloadOptions
{
    /// <summary>Whether the workload is used (<c>traefik.enable</c>). Default: as <c>exposedByDefault</c> says.</summary>
    public bool? Enable { get; init; }

    /// <summary>Docker's part (<c>traefik.docker</c>). Default: none.</summary>
    public DockerLabelOptions? Docker { get; init; }

    /// <summary>Swarm's part (<c>traefik.swarm</c>). Default: none.</summary>
    public SwarmLabelOptions? Swarm { get; init; }

    /// <summary>Reads the labels; faults name label and value.</summary>
    public static (WorkloadOptions? Options, IReadOnlyList<DecodeFault> Faults) Read(IReadOnlyDictionary<string, string> labels, params ReadOnlySpan<string> sections)
    {
        var read = LabelReader.Read(labels.Where(LabelNames.IsOurs), LabelNames.Root, sections);
        if (read.Root is null || read.Faults.Count > 0)
        {
            return (read.Faults.Count > 0 ? null : new WorkloadOptions(), read.Faults);
        }

        var decoded = Decoder.Decode<WorkloadOptions>(read.Root, new DecoderSettings { FromLabels = true });
        return (decoded.Succeeded ? decoded.Value : null, decoded.Faults);
    }
}

/// <summary><c>traefik.docker</c>.</summary>
internal sealed record DockerLabelOptions
{
    /// <summary>The network whose address is used (<c>network</c>). Default: the provider's <c>network</c>.</summary>
    public string Network { get; init; } = "";

    /// <summary>Keeps the routers of a container that does not run (<c>allownonrunning</c>). Default: false.</summary>
    [Key("allownonrunning")]
    public bool AllowNonRunning { get; init; }

    /// <summary>Accepted, without effect on a container (<c>lbswarm</c>). Default: false.</summary>
    [Key("lbswarm")]
    public bool LbSwarm { get; init; }
}

/// <summary><c>traefik.swarm</c>.</summary>
internal sealed record SwarmLabelOptions
{
    /// <summary>The network whose address is used (<c>network</c>). Default: the provider's <c>network</c>.</summary>
    public string Network { get; init; } = "";

    /// <summary>Sends to the service's virtual IP and leaves balancing to Swarm (<c>lbswarm</c>). Default: false.</summary>
    [Key("lbswarm")]
    public bool LbSwarm { get; init; }
}
