using System.Net;
using System.Net.Sockets;
using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>An entry point's address: <c>[host]:port[/tcp or /udp]</c>.</summary>
/// <param name="Endpoint">Where to listen.</param>
/// <param name="IsUdp">Datagrams instead of connections.</param>
/// <param name="IsAny">No host was given: every address of both families.</param>
internal sealed record EntryPointAddress(IPEndPoint Endpoint, bool IsUdp, bool IsAny)
{
    /// <summary>Reads an address; a fault names the entry point and the value.</summary>
    public static EntryPointAddress Parse(string entryPoint, string text)
    {
        var address = text;
        var isUdp = false;
        var slash = text.LastIndexOf('/');
        if (slash >= 0)
        {
            address = text[..slash];
            isUdp = text[(slash + 1)..].ToLowerInvariant() switch
            {
                "tcp" => false,
                "udp" => true,
                var other => throw new ConfigurationException($"entryPoints.{entryPoint}.address is \"{text}\": invalid protocol: {other}"),
            };
        }

        var colon = address.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(address.AsSpan(colon + 1), out var port))
        {
            throw new ConfigurationException($"entryPoints.{entryPoint}.address is \"{text}\"; write [host]:port, such as \":80\" or \"127.0.0.1:8080\"");
        }

        var host = address[..colon].Trim('[', ']');
        if (host.Length == 0)
        {
            return new EntryPointAddress(new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port), isUdp, IsAny: true);
        }

        return IPAddress.TryParse(host, out var ip)
            ? new EntryPointAddress(new IPEndPoint(ip, port), isUdp, IsAny: false)
            : new EntryPointAddress(new IPEndPoint(Resolve(entryPoint, text, host), port), isUdp, IsAny: false);
    }

    private static IPAddress Resolve(string entryPoint, string text, string host)
    {
        try
        {
            return Dns.GetHostAddresses(host).FirstOrDefault() ?? throw new ConfigurationException($"entryPoints.{entryPoint}.address is \"{text}\": {host} has no address");
        }
        catch (SocketException error)
        {
            throw new ConfigurationException($"entryPoints.{entryPoint}.address is \"{text}\": {host} cannot be resolved: {error.Message}", error);
        }
    }
}
