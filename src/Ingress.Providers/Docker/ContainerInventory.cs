using System.Collections.Concurrent;
using Docker.DotNet;
using Docker.DotNet.Models;
using Ingress.Providers.DockerEngine;

namespace Ingress.Providers.Docker;

/// <summary>
/// Lists the containers of an engine. Only what is new or has changed is inspected, so that one change among a thousand containers costs one list and one
/// inspection; all others stay the very objects that they were, which spares reading their labels again.
/// </summary>
internal sealed class ContainerInventory
{
    private const int Parallelism = 8;

    private readonly ConcurrentDictionary<string, bool> forgotten = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> signals = new(StringComparer.Ordinal);
    private Dictionary<string, (Container Listed, Container Known)> known = new(StringComparer.Ordinal);

    /// <summary>Forgets what an inspection said of a container, after an event about it.</summary>
    public void Forget(string id) => forgotten[id] = true;

    /// <summary>Notes a signal that was sent to a container; it may be the one that ends it.</summary>
    public void NoteSignal(string id, string signal) => signals[id] = signal;

    /// <summary>Forgets the signals sent to a container, as it has ended or begun anew.</summary>
    public void ForgetSignal(string id) => signals.TryRemove(id, out _);

    /// <summary>Forgets all signals, as what became of them was not seen.</summary>
    public void ForgetSignals() => signals.Clear();

    /// <summary>All containers, and the names of those that could not be inspected with the reason; these count as the list shows them.</summary>
    public async Task<(IReadOnlyList<Container> Containers, IReadOnlyList<(string Name, string Fault)> Faults)> ReadAsync(EngineClient client, CancellationToken cancellation)
    {
        foreach (var id in forgotten.Keys)
        {
            if (forgotten.TryRemove(id, out _) && this.known.TryGetValue(id, out var entry))
            {
                this.known[id] = (entry.Listed with { State = "" }, entry.Known);
            }
        }

        var listed = await client.AskAsync(
            token => client.Api.Containers.ListContainersAsync(new ContainersListParameters { All = true }, token),
            cancellation).ConfigureAwait(false);
        var before = this.known;
        var found = new (Container Listed, Container? Known)[listed.Count];
        var faults = new List<(string Name, string Fault)>();
        var changed = new List<int>();
        for (var i = 0; i < found.Length; i++)
        {
            var container = ContainerReader.FromList(listed[i]);
            if (before.TryGetValue(container.Id, out var known) && Same(known.Listed, container))
            {
                found[i] = known;
            }
            else
            {
                found[i] = (container, known.Known);
                changed.Add(i);
            }
        }

        await Parallel.ForEachAsync(changed, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation }, async (i, token) =>
        {
            var (container, known) = found[i];
            found[i] = (container, await InspectAsync(client, container, known, faults, token).ConfigureAwait(false));
        }).ConfigureAwait(false);

        var incomplete = faults.Select(fault => fault.Name).ToHashSet(StringComparer.Ordinal);
        var containers = new List<Container>(found.Length);
        this.known = new Dictionary<string, (Container Listed, Container Known)>(found.Length, StringComparer.Ordinal);
        foreach (var (container, known) in found)
        {
            if (known is null)
            {
                continue;
            }

            containers.Add(WithSignal(known));
            if (incomplete.Count == 0 || !incomplete.Contains(container.Name))
            {
                this.known[container.Id] = (container, known);
            }
        }

        return (containers, faults);
    }

    private Container WithSignal(Container container) =>
        !signals.IsEmpty && signals.TryGetValue(container.Id, out var signal) && StopSignal.Ends(signal, container.StopSignal) ? container with { IsLeaving = true } : container;

    private static async Task<Container?> InspectAsync(
        EngineClient client,
        Container listed,
        Container? before,
        List<(string Name, string Fault)> faults,
        CancellationToken cancellation)
    {
        try
        {
            var inspected = await client.AskAsync(token => client.Api.Containers.InspectContainerAsync(listed.Id, token), cancellation).ConfigureAwait(false);
            return ContainerReader.WithInspection(listed, inspected, before);
        }
        catch (DockerContainerNotFoundException)
        {
            // Removed since it was listed.
            return null;
        }
        catch (Exception exception) when (exception is DockerApiException or HttpRequestException or TimeoutException or System.Text.Json.JsonException)
        {
            lock (faults)
            {
                faults.Add((listed.Name, $"cannot be inspected: {exception.Message}"));
            }

            // The list tells enough to keep the route; ports that only an inspection shows stay as they were.
            return before is null ? listed : listed with { Ports = before.Ports.Count > 0 ? before.Ports : listed.Ports };
        }
    }

    private static bool Same(Container a, Container b) =>
        a.State == b.State && a.Health == b.Health && a.Name == b.Name && a.NetworkMode == b.NetworkMode && a.Networks.SequenceEqual(b.Networks) && SameLabels(a.Labels, b.Labels);

    private static bool SameLabels(IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b)
    {
        foreach (var (name, value) in a)
        {
            if (!b.TryGetValue(name, out var other) || other != value)
            {
                return false;
            }
        }

        return a.Count == b.Count;
    }
}
