using System.Buffers;

namespace Ingress.Proxy.Pipeline.Middlewares.Buffering;

/// <summary>
/// A body of which the first bytes are kept in pooled memory and the rest in a temporary file. On Unix the file has no name from its first moment on, so that
/// nothing is left behind even by a crash; elsewhere the system deletes it when it is closed.
/// </summary>
internal sealed class SpilledBody(long memory) : IAsyncDisposable
{
    private byte[] buffer = [];
    private int used;
    private FileStream? file;

    /// <summary>Bytes kept.</summary>
    public long Length { get; private set; }

    /// <summary>Whether some of it is in a file.</summary>
    public bool IsSpilled => file is not null;

    /// <summary>Adds bytes at its end.</summary>
    public ValueTask AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        Length += data.Length;
        var inMemory = file is null ? (int)Math.Min(data.Length, memory - used) : 0;
        if (inMemory > 0)
        {
            Grow(used + inMemory);
            data.Span[..inMemory].CopyTo(buffer.AsSpan(used));
            used += inMemory;
        }

        return inMemory == data.Length ? ValueTask.CompletedTask : (file ??= OpenFile()).WriteAsync(data[inMemory..], cancellation);
    }

    /// <summary>The body from its start. One reader at a time.</summary>
    public async ValueTask<Stream> OpenReadAsync(CancellationToken cancellation)
    {
        if (file is not null)
        {
            await file.FlushAsync(cancellation).ConfigureAwait(false);
            file.Position = 0;
        }

        return new Reader(this);
    }

    /// <summary>Writes all of it to a stream.</summary>
    public async ValueTask CopyToAsync(Stream target, CancellationToken cancellation)
    {
        var reader = await OpenReadAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            await reader.CopyToAsync(target, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets the body.</summary>
    public async ValueTask DisposeAsync()
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
        }

        if (file is not null)
        {
            await file.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static FileStream OpenFile()
    {
        var path = Path.Combine(Path.GetTempPath(), "ingress-body-" + Guid.NewGuid().ToString("N"));
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose | FileOptions.Asynchronous : FileOptions.Asynchronous,
        };
        if (OperatingSystem.IsWindows())
        {
            return new FileStream(path, options);
        }

        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        File.Delete(path);
        return file;
    }

    private void Grow(int size)
    {
        if (size <= buffer.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(memory, Math.Max(size, buffer.Length * 2L)));
        buffer.AsSpan(0, used).CopyTo(larger);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        buffer = larger;
    }

    private sealed class Reader(SpilledBody body) : Stream
    {
        private int position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => body.Length;

        public override long Position
        {
            get => position;
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (position < body.used)
            {
                var count = Math.Min(buffer.Length, body.used - position);
                body.buffer.AsSpan(position, count).CopyTo(buffer.Span);
                position += count;
                return ValueTask.FromResult(count);
            }

            return body.file is null ? ValueTask.FromResult(0) : body.file.ReadAsync(buffer, cancellationToken);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

        public override void Flush()
        {
            // Nothing is written here.
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
