namespace Ingress.Proxy.Observability;

/// <summary>Where lines go: standard output, or a file that may be opened anew or rotated. Used by one task at a time.</summary>
internal sealed class LineTarget : IDisposable
{
    private readonly string path;
    private readonly FileRotation? rotation;
    private Stream stream;
    private long size;
    private bool complained;

    /// <param name="path">The file, or empty for standard output.</param>
    /// <param name="rotation">When and how the file is rotated; null never does.</param>
    public LineTarget(string path, FileRotation? rotation = null)
    {
        this.path = path;
        this.rotation = rotation;
        stream = path.Length == 0 ? Console.OpenStandardOutput() : Open();
    }

    /// <summary>Writes whole lines.</summary>
    public void Write(ReadOnlySpan<byte> lines)
    {
        try
        {
            if (rotation is not null && size > 0 && size + lines.Length > rotation.MostBytes)
            {
                stream.Dispose();
                rotation.Rotate(path);
                stream = Open();
            }

            stream.Write(lines);
            size += lines.Length;
            complained = false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Complain(exception.Message);
        }
    }

    /// <summary>Opens the file anew.</summary>
    public void Reopen()
    {
        if (path.Length == 0)
        {
            return;
        }

        try
        {
            var fresh = Open();
            stream.Dispose();
            stream = fresh;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Complain(exception.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    private FileStream Open()
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
        }

        var options = new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead;
        }

        var stream = new FileStream(path, options);
        size = stream.Length;
        return stream;
    }

    /// <summary>A log that cannot be written can only be complained about elsewhere, and once is enough.</summary>
    private void Complain(string reason)
    {
        if (!complained)
        {
            complained = true;
            Console.Error.WriteLine($"cannot write the log {(path.Length == 0 ? "to standard output" : path)}: {reason}");
        }
    }
}
