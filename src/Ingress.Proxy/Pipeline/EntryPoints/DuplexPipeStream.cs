using System.Buffers;
using System.IO.Pipelines;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>A connection's pipes as a stream, for <see cref="System.Net.Security.SslStream"/>.</summary>
internal class DuplexPipeStream(IDuplexPipe pipes) : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var read = await pipes.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var bytes = read.Buffer;
            if (bytes.IsEmpty)
            {
                pipes.Input.AdvanceTo(bytes.End);
                if (read.IsCompleted)
                {
                    return 0;
                }

                continue;
            }

            // A read of no bytes asks whether there are any, so that no buffer is held while a connection is idle.
            var count = (int)Math.Min(bytes.Length, buffer.Length);
            bytes.Slice(0, count).CopyTo(buffer.Span);
            pipes.Input.AdvanceTo(bytes.GetPosition(count));
            return count;
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        => await pipes.Output.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => pipes.Output.FlushAsync(cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
        // Every write is flushed by the pipe.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Connections are read asynchronously.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Connections are written asynchronously.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
