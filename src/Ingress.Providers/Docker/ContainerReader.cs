using System.Globalization;
using Docker.DotNet.Models;

namespace Ingress.Providers.Docker;

/// <summary>Makes containers of the engine's answers.</summary>
internal static class ContainerReader
{
    // Docker's own default of --health-retries.
    private const long UsualRetries = 3;

    /// <summary>From a line of the list, which suffices for all but ports of an engine that lists only published ones.</summary>
    public static Container FromList(ContainerListResponse listed) => new()
    {
        Id = listed.ID,
        Name = listed.Names is { Count: > 0 } names ? names[0].TrimStart('/') : listed.ID,
        Labels = Labels(listed.Labels),
        Created = listed.Created,
        State = listed.State ?? "",
        Health = listed.Health?.Status is { Length: > 0 } health ? health : HealthOf(listed.Status ?? ""),
        NetworkMode = listed.HostConfig?.NetworkMode ?? "",
        Networks = Networks(listed.NetworkSettings?.Networks),
        Ports = Ports(listed.Ports),
    };

    /// <summary>Adds what only an inspection tells: ports that are exposed, health, network mode. What an earlier one told of an illness that goes on is kept.</summary>
    public static Container WithInspection(Container listed, ContainerInspectResponse inspected, Container? before = null) => listed with
    {
        State = inspected.State?.Status is { Length: > 0 } state ? state : listed.State,
        Health = inspected.State?.Health?.Status ?? "",
        Illness = inspected.State?.Health is { Status: "unhealthy" } health ? IllnessOf(health, inspected.Config?.Healthcheck?.Retries ?? 0, before?.Illness) : null,
        NetworkMode = inspected.HostConfig?.NetworkMode is { Length: > 0 } mode ? mode : listed.NetworkMode,
        Networks = Networks(inspected.NetworkSettings?.Networks) is { Length: > 0 } networks ? networks : listed.Networks,
        Ports = Ports(inspected.NetworkSettings?.Ports),
        StopSignal = inspected.Config?.StopSignal ?? "",
    };

    private static IReadOnlyDictionary<string, string> Labels(IDictionary<string, string>? labels) =>
        labels as Dictionary<string, string> ?? new Dictionary<string, string>(labels ?? new Dictionary<string, string>(), StringComparer.Ordinal);

    /// <summary>The health in the words of a list: <c>Up 2 minutes (healthy)</c>.</summary>
    private static string HealthOf(string status) =>
        status.EndsWith("(healthy)", StringComparison.Ordinal) ? "healthy"
        : status.EndsWith("(unhealthy)", StringComparison.Ordinal) ? "unhealthy"
        : status.EndsWith("(health: starting)", StringComparison.Ordinal) ? "starting"
        : "";

    /// <summary>The engine keeps the last few checks only: the one that counted is so many back as there were failures beyond the retries.</summary>
    private static Illness? IllnessOf(Health health, long retries, Illness? before)
    {
        var kept = health.Log ?? [];
        var back = health.FailingStreak - (retries > 0 ? retries : UsualRetries);
        return back >= 0 && back < kept.Count
            ? new Illness(kept[kept.Count - 1 - (int)back].End, IsExact: true)
            : before ?? (kept.Count > 0 ? new Illness(kept[0].End, IsExact: false) : null);
    }

    private static ContainerNetwork[] Networks(IDictionary<string, EndpointSettings>? networks)
    {
        if (networks is null or { Count: 0 })
        {
            return [];
        }

        var all = new ContainerNetwork[networks.Count];
        var count = 0;
        foreach (var (name, settings) in networks)
        {
            all[count++] = new ContainerNetwork(name, settings?.IPAddress is { Length: > 0 } address ? address : settings?.GlobalIPv6Address ?? "");
        }

        if (count > 1)
        {
            Array.Sort(all, static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        }

        return all;
    }

    private static ContainerPort[] Ports(IList<PortSummary>? ports)
    {
        if (ports is [{ PublicPort: null } only])
        {
            return [new ContainerPort(only.PrivatePort, [])];
        }

        return
        [
            .. (ports ?? [])
                .GroupBy(port => port.PrivatePort)
                .OrderBy(group => group.Key)
                .Select(group => new ContainerPort(
                    group.Key,
                    [
                        .. group.Where(port => port.PublicPort is not null)
                            .Select(port => new PublishedPort(port.IP ?? "", port.PublicPort!.Value.ToString(CultureInfo.InvariantCulture))),
                    ])),
        ];
    }

    private static ContainerPort[] Ports(IDictionary<string, IList<PortBinding>>? ports) =>
    [
        .. (ports ?? new Dictionary<string, IList<PortBinding>>())
            .Select(pair => (Number: NumberOf(pair.Key), pair.Value))
            .Where(pair => pair.Number > 0)
            .GroupBy(pair => pair.Number)
            .OrderBy(group => group.Key)
            .Select(group => new ContainerPort(
                group.Key,
                [.. group.SelectMany(pair => pair.Value ?? []).Select(binding => new PublishedPort(binding.HostIP ?? "", binding.HostPort ?? ""))])),
    ];

    /// <summary>The number in <c>80/tcp</c>.</summary>
    private static int NumberOf(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return int.TryParse(slash < 0 ? key : key.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
