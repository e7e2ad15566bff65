namespace Ingress.Providers.Labels;

/// <summary>Something with labels that may serve: a container, or a task of a Swarm service.</summary>
internal sealed record Workload
{
    /// <summary>The id; with the name it gives the order in which servers are listed.</summary>
    public required string Id { get; init; }

    /// <summary>The normalised base name: that of the default router and service.</summary>
    public required string Name { get; init; }

    /// <summary>The name as its owner knows it, without a slash.</summary>
    public required string DisplayName { get; init; }

    /// <summary>All its labels.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Whether requests may be sent to it; a workload that may not keeps its routers with an empty service.</summary>
    public bool Serves { get; init; } = true;

    /// <summary>Whether it is about to end; its servers are used only where no other workload has one for the same service.</summary>
    public bool IsLeaving { get; init; }

    /// <summary>Which version of what it is; null where that is not known.</summary>
    public WorkloadVersion? Version { get; init; }

    /// <summary>Finds its address for a port label, which may be empty.</summary>
    public required Func<string, WorkloadAddress> Locate { get; init; }
}

/// <summary>Where a workload is reached.</summary>
/// <param name="Host">An IP address or a host's name; empty where there is none.</param>
/// <param name="Port">The port; empty where none is known.</param>
/// <param name="Note">What was decided on the way and may surprise, or why there is no address. Empty: nothing.</param>
internal sealed record WorkloadAddress(string Host, string Port, string Note = "");

/// <summary>A version of something that is replaced by starting the new one beside the old one. Where versions disagree, the newest speaks for all.</summary>
/// <param name="Of">What it is a version of.</param>
/// <param name="Name">Tells versions apart.</param>
/// <param name="Created">When this workload was made.</param>
internal sealed record WorkloadVersion(string Of, string Name, DateTime Created);
