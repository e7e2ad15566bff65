using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Ingress.Testing;

/// <summary>
/// Ports on loopback on which nothing listens. They lie below those that the system gives to connections going out: one of those could take a port between its
/// choice here and the start of the server that it is for. A port is given out once per process.
/// </summary>
public static class FreePort
{
    private const string GoingOut = "/proc/sys/net/ipv4/ip_local_port_range";

    // The recorded suites use fixed ones below.
    private const int Lowest = 20_000;
    private static readonly int End = FirstGoingOut();
    private static readonly ConcurrentDictionary<int, bool> GivenOut = new();

    /// <summary>A port that is free for TCP and UDP.</summary>
    public static int Next()
    {
        while (GivenOut.Count < End - Lowest)
        {
            var port = Random.Shared.Next(Lowest, End);
            if (GivenOut.TryAdd(port, true) && IsFree(port, SocketType.Stream, ProtocolType.Tcp) && IsFree(port, SocketType.Dgram, ProtocolType.Udp))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No port is left between {Lowest} and {End}.");
    }

    private static bool IsFree(int port, SocketType type, ProtocolType protocol)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FirstGoingOut()
    {
        var first = int.Parse(File.ReadAllText(GoingOut).Split(['\t', ' '])[0], CultureInfo.InvariantCulture);
        return first > Lowest + 1_000 ? first : throw new InvalidOperationException($"Tests need ports between {Lowest} and the first one of {GoingOut}, which is {first}.");
    }
}
