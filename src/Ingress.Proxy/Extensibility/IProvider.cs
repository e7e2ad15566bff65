using Ingress.Proxy.Configuration.DynamicModel;

namespace Ingress.Proxy.Extensibility;

/// <summary>A source of dynamic configuration, such as the file or the Docker provider. It always publishes whole configurations.</summary>
public interface IProvider
{
    /// <summary>The text after <c>@</c> in the names of everything this provider publishes, such as <c>file</c> or <c>docker</c>.</summary>
    string Name { get; }

    /// <summary>Whether every message is applied at once, past <c>providers.providersThrottleDuration</c>. Default: false.</summary>
    bool Unthrottled => false;

    /// <summary>
    /// Publishes configurations until <paramref name="cancellation"/> asks to end. A provider that already knows its first configuration publishes it before
    /// it first awaits, so that it is part of the first applied snapshot. A failing source is retried in here; an exception ends the provider for good and
    /// is logged, what it published stays in force.
    /// </summary>
    Task RunAsync(IConfigurationSink sink, CancellationToken cancellation);
}

/// <summary>Where a provider publishes to.</summary>
public interface IConfigurationSink
{
    /// <summary>Replaces all that this provider (or this namespace of it) published before.</summary>
    void Publish(ProviderMessage message);
}

/// <summary>One whole configuration of one provider.</summary>
public sealed record ProviderMessage
{
    /// <summary>The provider's name, as in <see cref="IProvider.Name"/>; a provider with namespaces may use several.</summary>
    public required string Provider { get; init; }

    /// <summary>All that the provider knows now.</summary>
    public required DynamicConfiguration Configuration { get; init; }

    /// <summary>Differs where something that the configuration only refers to has changed, such as a certificate's file. Default: empty.</summary>
    public string Revision { get; init; } = "";

    /// <summary>What was made of each discovered object, or why nothing was; shown by the API. Default: none.</summary>
    public IReadOnlyList<DiscoveryFinding> Findings { get; init; } = [];
}

/// <summary>What a provider made of one object it found, such as a container.</summary>
public sealed record DiscoveryFinding
{
    /// <summary>The object as its owner knows it, such as a container's name.</summary>
    public required string Subject { get; init; }

    /// <summary>One word for the outcome: <c>used</c>, <c>ignored</c>, <c>warning</c> or <c>rejected</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>The reason in a sentence, naming label, value and fix where there is one. Default: empty.</summary>
    public string Reason { get; init; } = "";
}
