namespace Ingress.Proxy.Observability;

/// <summary>Where lines go: standard output, or a file that may be opened anew or rotated. Used by one task at a time.</summary>
internal sealed class LineTarget : IDisposable
{
    private readonly string _path;
    private readonly FileRotation? _rotation;
    private Stream _stream;
    private long _size;
    private bool _complained;

    /// <param name="path">The file, or empty for standard output.</param>
    /// <param name="rotation">When and how the file is rotated; null never does.</param>
    public LineTarget(string path, FileRotation? rotation = null)
    {
        _path = path;
        _rotation = rotation;
        _stream = path.Length == 0 ? Console.OpenStandardOutput() : Open();
    }

    /// <summary>Writes whole lines.</summary>
    public void Write(ReadOnlySpan<byte> lines)
    {
        try
        {
            if (_rotation is not null && _size > 0 && _size + lines.Length > _rotation.MostBytes)
            {
                _stream.Dispose();
                _rotation.Rotate(_path);
                _stream = Open();
            }

            _stream.Write(lines);
            _size += lines.Length;
            _complained = false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Complain(exception.Message);
        }
    }

    /// <summary>Opens the file anew.</summary>
    public void Reopen()
    {
        if (_path.Length == 0)
        {
            return;
        }

        try
        {
            var fresh = Open();
            _stream.Dispose();
            _stream = fresh;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Complain(exception.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private FileStream Open()
    {
        if (Path.GetDirectoryName(Path.GetFullPath(_path)) is { Length: > 0 } folder)
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

        var stream = new FileStream(_path, options);
        _size = stream.Length;
        return stream;
    }

    /// <summary>A log that cannot be written can only be complained about elsewhere, and once is enough.</summary>
    private void Complain(string reason)
    {
        if (!_complained)
        {
            _complained = true;
            Console.Error.WriteLine($"cannot write the log {(_path.Length == 0 ? "to standard output" : _path)}: {reason}");
        }
    }
}
