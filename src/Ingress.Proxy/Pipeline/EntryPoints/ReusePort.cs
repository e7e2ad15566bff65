using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>SO_REUSEPORT, with which several processes may listen on one port; ignored where the system has none.</summary>
internal static class ReusePort
{
    private const int LinuxSolSocket = 1;
    private const int LinuxReusePort = 15;

    /// <summary>Sets the option on a socket that is not bound yet.</summary>
    public static void Set(Socket socket)
    {
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(LinuxSolSocket, LinuxReusePort, MemoryMarshal.AsBytes(new ReadOnlySpan<int>([1])));
        }
    }
}
