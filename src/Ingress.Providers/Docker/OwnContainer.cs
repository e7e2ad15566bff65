using System.Text.RegularExpressions;

namespace Ingress.Providers.Docker;

/// <summary>Finds the container in which this proxy itself runs, to prefer networks that both share.</summary>
internal static partial class OwnContainer
{
    private static readonly string[] Places = ["/proc/self/mountinfo", "/proc/self/cgroup"];

    /// <summary>The networks of this proxy's container; none where it runs outside of the engine.</summary>
    public static IReadOnlyCollection<string> Networks(IReadOnlyList<Container> containers, Func<string?> ownId)
    {
        var id = ownId();
        var own = id is null ? null : containers.FirstOrDefault(container => container.Id.StartsWith(id, StringComparison.Ordinal));
        return own is null ? [] : [.. own.Networks.Where(network => network.Address.Length > 0).Select(network => network.Name)];
    }

    /// <summary>This process's container id, from its mounts or control group, else from a host name that looks like one.</summary>
    public static string? FindId()
    {
        foreach (var place in Places)
        {
            try
            {
                if (File.Exists(place) && ContainerId().Match(File.ReadAllText(place)) is { Success: true } match)
                {
                    return match.Groups[1].Value;
                }
            }
            catch (IOException)
            {
                // Not readable here; the next place may be.
            }
        }

        return Environment.MachineName is { Length: 12 } name && name.All(char.IsAsciiHexDigitLower) ? name : null;
    }

    [GeneratedRegex("(?:containers|docker|libpod)[-/]([0-9a-f]{64})")]
    private static partial Regex ContainerId();
}
