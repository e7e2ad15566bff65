using System.Globalization;
using System.Net;
using Ingress.Providers.Labels;

namespace Ingress.Providers.Docker;

/// <summary>Finds where a container on another machine is reached: at that machine's address, on the port that it publishes there.</summary>
internal static class PublishedAddress
{
    private const int MaximumDepth = 10;

    /// <summary>The address; a label may name the port inside the container, else it is the lowest that is published.</summary>
    public static WorkloadAddress Find(Container container, IReadOnlyList<Container> containers, string host, string labelledPort)
    {
        var owner = container;
        for (var depth = 0; owner.SharesNetworkOf is { } key; depth++)
        {
            var other = Container.Find(containers, key);
            if (other is null || depth == MaximumDepth)
            {
                return new WorkloadAddress("", labelledPort, $"it uses the network of container \"{key}\", which {(other is null ? "is not there" : "leads round in a circle")}");
            }

            owner = other;
        }

        if (owner.NetworkMode == "host")
        {
            return new WorkloadAddress(host, labelledPort.Length > 0 ? labelledPort : owner.Ports.Count > 0 ? Text(owner.Ports[0].Number) : "");
        }

        var reachesLoopback = host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
        foreach (var port in owner.Ports)
        {
            if ((labelledPort.Length == 0 || Text(port.Number) == labelledPort)
                && port.Bindings.FirstOrDefault(binding => binding.Port.Length > 0 && (reachesLoopback || !IsLoopback(binding.Ip))) is { } binding)
            {
                return new WorkloadAddress(host, binding.Port);
            }
        }

        return new WorkloadAddress("", labelledPort, Missing(owner, host, labelledPort));
    }

    private static string Missing(Container container, string host, string labelledPort)
    {
        var published = container.Ports.SelectMany(port => port.Bindings.Select(binding => $"{(binding.Ip.Length > 0 ? binding.Ip : "*")}:{binding.Port} for {Text(port.Number)}")).ToList();
        var what = labelledPort.Length > 0 ? $"port {labelledPort}" : "a port";
        return $"it does not publish {what} on its host {host}, where this proxy could reach it; it publishes {(published.Count == 0 ? "none" : string.Join(", ", published))}";
    }

    private static bool IsLoopback(string ip) => IPAddress.TryParse(ip, out var address) && IPAddress.IsLoopback(address);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
