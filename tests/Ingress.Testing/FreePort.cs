using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Ingress.Testing;

/// <summary>Ports on loopback on which nothing listens. A port is given out once per process.</summary>
public static class FreePort
{
    private static readonly ConcurrentDictionary<int, bool> GivenOut = new();

    /// <summary>A port that is free for TCP and UDP.</summary>
    public static int Next()
    {
        while (true)
        {
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var port = ((IPEndPoint)tcp.LocalEndPoint!).Port;
            if (IsFreeForUdp(port) && GivenOut.TryAdd(port, true))
            {
                return port;
            }
        }
    }

    private static bool IsFreeForUdp(int port)
    {
        try
        {
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
