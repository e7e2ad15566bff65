using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Ingress.Providers.DockerEngine.SocketFilter;

/// <summary>The file of the offered socket: where it is, who may connect.</summary>
/// <param name="Path">The file.</param>
/// <param name="Mode">Its mode.</param>
/// <param name="Group">The number of its group; null: as the process's.</param>
internal sealed partial record SocketFile(string Path, UnixFileMode Mode, uint? Group)
{
    private const int LastMode = 0x1FF; // 777 in octal

    /// <summary>Reads the options; null with what is wrong.</summary>
    public static SocketFile? From(SocketFilterOptions options, out string fault)
    {
        fault = "";
        var path = options.Listen.StartsWith("unix://", StringComparison.OrdinalIgnoreCase) ? options.Listen["unix://".Length..] : options.Listen;
        if (!path.StartsWith('/'))
        {
            fault = $"--listen={options.Listen}: write the full path of a Unix socket, such as /run/ingress/docker.sock";
            return null;
        }

        if (!TryMode(options.Mode, out var mode))
        {
            fault = $"--mode={options.Mode}: write an octal file mode, such as 660";
            return null;
        }

        uint? group = null;
        if (options.Group.Length > 0)
        {
            group = GroupNumber(options.Group);
            fault = group is null ? $"--group={options.Group}: there is no such group; write its number" : "";
        }

        return fault.Length > 0 ? null : new SocketFile(path, mode, group);
    }

    /// <summary>Makes the file, with mode and group in force before the first connection can come. A socket that an earlier run has left is replaced.</summary>
    /// <exception cref="IOException">The file cannot be made, or another program listens on it.</exception>
    public Socket Bind()
    {
        RemoveLeftover();
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Nobody can connect before the socket listens, which is later.
            socket.Bind(new UnixDomainSocketEndPoint(Path));
            if (Group is { } group && ChangeOwner(Path, uint.MaxValue, group) != 0)
            {
                throw new IOException($"the group of {Path} cannot be set to {group}: {Marshal.GetLastPInvokeErrorMessage()}");
            }

            File.SetUnixFileMode(Path, Mode);
            return socket;
        }
        catch (Exception exception) when (exception is SocketException or UnauthorizedAccessException or ArgumentException)
        {
            socket.Dispose();
            throw new IOException($"the socket {Path} cannot be made: {exception.Message}", exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void RemoveLeftover()
    {
        if (!File.Exists(Path))
        {
            return;
        }

        if (File.GetAttributes(Path).HasFlag(FileAttributes.Directory) || new FileInfo(Path).Length > 0)
        {
            throw new IOException($"{Path} is there already and no socket");
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(Path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(Path);
            return;
        }
        catch (SocketException exception)
        {
            throw new IOException($"{Path} is there already and cannot be used: {exception.Message}", exception);
        }

        throw new IOException($"another program listens on {Path} already");
    }

    private static bool TryMode(string text, out UnixFileMode mode)
    {
        var number = 0;
        var isOctal = text.Length is > 0 and < 5 && text.All(letter => letter is >= '0' and <= '7');
        foreach (var digit in isOctal ? text : "")
        {
            number = (number * 8) + (digit - '0');
        }

        mode = (UnixFileMode)number;
        return isOctal && number <= LastMode;
    }

    private static uint? GroupNumber(string group)
    {
        if (uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        const string Groups = "/etc/group";
        var entry = File.Exists(Groups) ? File.ReadLines(Groups).Select(line => line.Split(':')).FirstOrDefault(fields => fields.Length > 2 && fields[0] == group) : null;
        return entry is not null && uint.TryParse(entry[2], NumberStyles.None, CultureInfo.InvariantCulture, out number) ? number : null;
    }

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
