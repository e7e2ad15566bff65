using System.Text.Json.Serialization;

namespace Ingress.Providers.Docker;

/// <summary>What is known of a container.</summary>
internal sealed record Container
{
    private const string OtherNetwork = "container:";
    private const int ShortId = 12;

    /// <summary>The full id.</summary>
    public required string Id { get; init; }

    /// <summary>The name without a slash.</summary>
    public required string Name { get; init; }

    /// <summary>Its labels, those of the image included.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>running, created, restarting, paused, exited, dead or removing.</summary>
    public required string State { get; init; }

    /// <summary>starting, healthy, unhealthy, or empty where there is no health check.</summary>
    public string Health { get; init; } = "";

    /// <summary>Since when it is unhealthy; null where it is not, or where an inspection did not tell.</summary>
    public Illness? Illness { get; init; }

    /// <summary>host, none, container:ID, or the first network's name.</summary>
    public string NetworkMode { get; init; } = "";

    /// <summary>Its networks by name.</summary>
    public IReadOnlyList<ContainerNetwork> Networks { get; init; } = [];

    /// <summary>Its ports, exposed or published, lowest first.</summary>
    public IReadOnlyList<ContainerPort> Ports { get; init; } = [];

    /// <summary>When it was made.</summary>
    public DateTime Created { get; init; }

    /// <summary>The signal that asks it to end, as its image or <c>--stop-signal</c> names it; empty is SIGTERM.</summary>
    public string StopSignal { get; init; } = "";

    /// <summary>Whether it has been told to end and still runs.</summary>
    [JsonIgnore]
    public bool IsLeaving { get; init; }

    /// <summary>The id or name of the container whose network it uses; null where it has its own or the host's.</summary>
    public string? SharesNetworkOf => NetworkMode.StartsWith(OtherNetwork, StringComparison.Ordinal) ? NetworkMode[OtherNetwork.Length..] : null;

    /// <summary>Whether it is running and not paused.</summary>
    public bool IsRunning => State == "running";

    /// <summary>Whether its health check does not speak against it.</summary>
    public bool IsHealthy => Health is "" or "none" or "healthy";

    /// <summary>The container with this id, name or beginning of an id; null where there is none.</summary>
    public static Container? Find(IReadOnlyList<Container> containers, string key) =>
        containers.FirstOrDefault(candidate => candidate.Id == key || candidate.Name == key)
        ?? containers.FirstOrDefault(candidate => key.Length >= ShortId && candidate.Id.StartsWith(key, StringComparison.Ordinal));
}

/// <summary>The time from which a container's health check counts as failed.</summary>
/// <param name="Since">The end of the check with which it did.</param>
/// <param name="IsExact">Whether that check is known; else it was an earlier one, which the engine no longer keeps.</param>
internal sealed record Illness(DateTimeOffset Since, bool IsExact)
{
    /// <inheritdoc/>
    public override string ToString() => $"since {(IsExact ? "" : "before ")}{Since.UtcDateTime:u}";
}

/// <summary>A container's place in a network.</summary>
/// <param name="Name">The network's name.</param>
/// <param name="Address">The IPv4 address, else the IPv6 one, else empty.</param>
internal sealed record ContainerNetwork(string Name, string Address);

/// <summary>A port of a container.</summary>
/// <param name="Number">The port inside the container.</param>
/// <param name="Bindings">Where it is published on the host.</param>
internal sealed record ContainerPort(int Number, IReadOnlyList<PublishedPort> Bindings);

/// <summary>Where a port is published on the host.</summary>
/// <param name="Ip">The host's address; empty and 0.0.0.0 stand for all.</param>
/// <param name="Port">The host's port.</param>
internal sealed record PublishedPort(string Ip, string Port);
