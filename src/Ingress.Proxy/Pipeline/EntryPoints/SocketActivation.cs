using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>
/// Sockets that systemd has opened for this process (sd_listen_fds(3)): an entry point takes the one that carries its name (<c>FileDescriptorName=</c> of the socket
/// unit), so that low ports need no privilege and connections wait while the process restarts.
/// </summary>
internal static partial class SocketActivation
{
    private const int FirstDescriptor = 3;
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;

    private static readonly List<(string Name, int Descriptor)> Descriptors = Read(
        Environment.GetEnvironmentVariable("LISTEN_PID"), Environment.GetEnvironmentVariable("LISTEN_FDS"), Environment.GetEnvironmentVariable("LISTEN_FDNAMES"));

    /// <summary>The socket handed over for an entry point, once, or null where there is none of its name and type.</summary>
    public static Socket? Take(string entryPoint, SocketType type)
    {
        lock (Descriptors)
        {
            var place = Descriptors.FindIndex(handed => handed.Name == entryPoint && TypeOf(handed.Descriptor) == type);
            if (place < 0)
            {
                return null;
            }

            var descriptor = Descriptors[place].Descriptor;
            Descriptors.RemoveAt(place);
            _ = Control(descriptor, SetDescriptorFlags, CloseOnExec);
            return new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        }
    }

    /// <summary>Names and descriptors; none where they are meant for another process.</summary>
    public static List<(string Name, int Descriptor)> Read(string? process, string? count, string? names)
    {
        var found = new List<(string, int)>();
        if (!int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id != Environment.ProcessId
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var sockets))
        {
            return found;
        }

        var listed = (names ?? "").Split(':');
        for (var i = 0; i < sockets && i < listed.Length; i++)
        {
            found.Add((listed[i], FirstDescriptor + i));
        }

        return found;
    }

    private static SocketType TypeOf(int descriptor)
    {
        using var borrowed = new Socket(new SafeSocketHandle(descriptor, ownsHandle: false));
        return borrowed.SocketType;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int argument);
}
