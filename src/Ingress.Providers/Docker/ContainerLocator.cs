using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Ingress.Providers.DockerEngine;
using Ingress.Providers.Labels;

namespace Ingress.Providers.Docker;

/// <summary>Finds the address and port at which a container is reached.</summary>
internal sealed class ContainerLocator(EngineOptions options, IReadOnlyList<Container> containers, IReadOnlyCollection<string> ownNetworks)
{
    private const int MaximumDepth = 10;

    /// <summary>The address of a container; its label or the option may name a network, and a label the port.</summary>
    public WorkloadAddress Locate(Container container, string network, string labelledPort)
    {
        var port = labelledPort.Length > 0 ? labelledPort
            : container.Ports.Count > 0 ? container.Ports[0].Number.ToString(CultureInfo.InvariantCulture)
            : "";
        if (options.UseBindPortIp && Published(container, port) is { } published)
        {
            return published;
        }

        var (host, note) = Address(container, network, 0);
        return new WorkloadAddress(host, port, note);
    }

    private static WorkloadAddress? Published(Container container, string port)
    {
        foreach (var candidate in container.Ports)
        {
            if (candidate.Number.ToString(CultureInfo.InvariantCulture) == port && candidate.Bindings.Count > 0)
            {
                var binding = candidate.Bindings[0];
                return binding.Ip is "" or "0.0.0.0" or "::" || binding.Port.Length == 0 ? null : new WorkloadAddress(binding.Ip, binding.Port);
            }
        }

        return null;
    }

    private (string Host, string Note) Address(Container container, string network, int depth)
    {
        // Such a container can be in no other network, so one that was asked for is nothing to warn of.
        if (container.NetworkMode == "host")
        {
            return (HostAddress(), "");
        }

        var note = "";
        if (network.Length > 0)
        {
            if (container.Networks.FirstOrDefault(candidate => candidate.Name == network) is { Address.Length: > 0 } wanted)
            {
                return (wanted.Address, "");
            }

            note = $"Could not find network named \"{network}\" for container \"{container.Name}\"; it has {NetworkNames(container)}. Maybe you're missing the project's prefix in the label?";
        }

        if (container.SharesNetworkOf is { } key)
        {
            return OtherAddress(key, network, depth);
        }

        return Choose(container, network, note);
    }

    /// <summary>One network without being asked for a certain one: rather one that this proxy is attached to.</summary>
    private (string Host, string Note) Choose(Container container, string network, string note)
    {
        var usable = container.Networks.Where(candidate => candidate.Address.Length > 0).ToList();
        if (usable.Count == 0)
        {
            return ("", note.Length > 0 ? note : "it is in no network with an address");
        }

        var shared = usable.Find(candidate => ownNetworks.Contains(candidate.Name));
        var chosen = shared ?? usable[0];
        if (network.Length > 0)
        {
            return (chosen.Address, $"{note} Defaulting to {(shared is null ? "first available" : "shared")} network (\"{chosen.Name}\")");
        }

        return shared is null && ownNetworks.Count > 0
            ? (chosen.Address, $"shares no network with this proxy: it has {NetworkNames(container)}, this proxy {string.Join(", ", ownNetworks.Order(StringComparer.Ordinal))}; attach both to one network")
            : (chosen.Address, "");
    }

    /// <summary>The address of the container whose network this one uses; that one's own label names the network, else this one's.</summary>
    private (string Host, string Note) OtherAddress(string key, string network, int depth)
    {
        var other = Container.Find(containers, key);
        if (other is null || depth >= MaximumDepth)
        {
            return ("", $"it uses the network of container \"{key}\", which {(other is null ? "is not there" : "leads round in a circle")}");
        }

        var (parsed, faults) = WorkloadOptions.Read(other.Labels, "enable", "docker");
        if (parsed is null)
        {
            return ("", $"it uses the network of container \"{other.Name}\", whose labels are wrong: {string.Join("; ", faults)}");
        }

        var asked = parsed.Docker?.Network is { Length: > 0 } labelled ? labelled : options.Network.Length > 0 ? options.Network : network;
        return Address(other, asked, depth + 1);
    }

    private static string NetworkNames(Container container) =>
        container.Networks.Count == 0 ? "none" : string.Join(", ", container.Networks.Select(candidate => candidate.Name));

    /// <summary>The host as seen from here: Docker's and Podman's names for it, else this machine.</summary>
    private static string HostAddress()
    {
        foreach (var name in (string[])["host.docker.internal", "host.containers.internal"])
        {
            try
            {
                if (Dns.GetHostAddresses(name) is [var first, ..])
                {
                    return first.ToString();
                }
            }
            catch (SocketException)
            {
                // The name is unknown here; the next may not be.
            }
        }

        return "127.0.0.1";
    }
}
