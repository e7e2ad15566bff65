using System.Globalization;
using System.Text.RegularExpressions;
using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.IntegrationTests.Examples;

/// <summary>As much of a Compose file as a proxy can see of the containers that it makes.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Folder">The folder of the file.</param>
/// <param name="Services">The services by name.</param>
/// <param name="Networks">The engine's names of networks by those used in the file.</param>
internal sealed partial record ComposeFile(string Project, string Folder, IReadOnlyDictionary<string, ComposeService> Services, IReadOnlyDictionary<string, string> Networks)
{
    /// <summary>Reads a file; variables that have no default are empty.</summary>
    public static ComposeFile Read(string path)
    {
        var read = YamlReader.Read(File.ReadAllText(path), path);
        if (read.Root is null || read.Faults.Count > 0)
        {
            throw new InvalidDataException($"{path}: {string.Join("; ", read.Faults)}");
        }

        var folder = Path.GetDirectoryName(path)!;
        var project = Text(read.Root.Find("name")) is { Length: > 0 } name ? name : Path.GetFileName(folder);
        var networks = Members(read.Root.Find("networks")).ToDictionary(network => network.Name, network => NetworkName(project, network), StringComparer.Ordinal);
        networks.TryAdd("default", $"{project}_default");
        var services = Members(read.Root.Find("services")).ToDictionary(service => service.Name, service => Service(service, networks), StringComparer.Ordinal);
        return new ComposeFile(project, folder, services, networks);
    }

    private static string NetworkName(string project, Node network) =>
        Text(network.Find("name")) is { Length: > 0 } name ? name
        : Text(network.Find("external")) == "true" ? network.Name
        : $"{project}_{network.Name}";

    private static ComposeService Service(Node node, Dictionary<string, string> networks)
    {
        var mode = Text(node.Find("network_mode"));
        var deploy = node.Find("deploy");
        var attached = Items(node.Find("networks")).ToList();
        return new ComposeService
        {
            Name = node.Name,
            ContainerName = Text(node.Find("container_name")),
            Image = Text(node.Find("image")),
            NetworkMode = mode,
            Networks = mode.Length > 0 ? [] : [.. (attached.Count > 0 ? attached : ["default"]).Select(network => networks[network])],
            Ports = [.. Items(node.Find("expose")).Concat(Published(node.Find("ports"))).Select(port => port.Split('/')[0]).Select(port => int.Parse(port, CultureInfo.InvariantCulture)).Distinct().Order()],
            Labels = Pairs(node.Find("labels")),
            DeployLabels = Pairs(deploy?.Find("labels")),
            Replicas = Text(deploy?.Find("replicas")) is { Length: > 0 } replicas ? int.Parse(replicas, CultureInfo.InvariantCulture) : 1,
            Environment = Pairs(node.Find("environment")),
            Command = [.. Items(node.Find("command"))],
            Volumes = [.. Items(node.Find("volumes"))],
        };
    }

    /// <summary>The container's side of <c>ports</c>, in the short form and in the long one.</summary>
    private static IEnumerable<string> Published(Node? ports) =>
        (ports?.Children ?? []).Select(port => port.HasChildren ? Text(port.Find("target")) : Text(port).Split(':')[^1]);

    private static IEnumerable<Node> Members(Node? map) => map?.Children ?? [];

    /// <summary>A list's items; a map's keys.</summary>
    private static IEnumerable<string> Items(Node? node) =>
        (node?.Children ?? []).Select(child => node!.Kind == NodeKind.List ? Text(child) : child.Name);

    /// <summary>A map, or a list of <c>name=value</c>.</summary>
    private static Dictionary<string, string> Pairs(Node? node)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var child in node?.Children ?? [])
        {
            if (node!.Kind == NodeKind.Map)
            {
                pairs[child.Name] = Text(child);
                continue;
            }

            var text = Text(child);
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            pairs[equals < 0 ? text : text[..equals]] = equals < 0 ? "" : text[(equals + 1)..];
        }

        return pairs;
    }

    /// <summary>A scalar with its variables filled in and its doubled dollars made single, as Compose does.</summary>
    private static string Text(Node? node) => Variable().Replace(
        node?.Value ?? "",
        match => match.Value == "$$" ? "$" : match.Groups["default"].Value);

    [GeneratedRegex(@"\$\$|\$\{[A-Za-z_][A-Za-z0-9_]*(?::?-(?<default>[^}]*)|:?\?[^}]*)?\}|\$[A-Za-z_][A-Za-z0-9_]*")]
    private static partial Regex Variable();
}

/// <summary>One service of a Compose file.</summary>
internal sealed record ComposeService
{
    public required string Name { get; init; }

    public required string ContainerName { get; init; }

    public required string Image { get; init; }

    public required string NetworkMode { get; init; }

    /// <summary>Networks by the engine's names.</summary>
    public required IReadOnlyList<string> Networks { get; init; }

    /// <summary>Ports of the container, exposed or published, lowest first.</summary>
    public required IReadOnlyList<int> Ports { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>The labels of a Swarm service.</summary>
    public required IReadOnlyDictionary<string, string> DeployLabels { get; init; }

    public required int Replicas { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required IReadOnlyList<string> Command { get; init; }

    public required IReadOnlyList<string> Volumes { get; init; }
}
