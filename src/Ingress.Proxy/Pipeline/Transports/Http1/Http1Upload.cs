using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>Writes the body of a request, framed by its length or in chunks; the head goes out with the first piece.</summary>
internal sealed class Http1Upload(Http1Connection connection, ReadOnlyMemory<byte> head, long? length) : Stream
{
    // A body of this length is about to arrive anyway, so the head need not go ahead of it.
    private const int SoonThere = 64 * 1024;
    private const int ChunkFrameBytes = 20;

    private bool isHeadOut;
    private long written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => written;
        set => throw new NotSupportedException();
    }

    /// <summary>Why the server could not be written to; null where it could.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Whether all has been handed to the connection.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>Sends the head now.</summary>
    public async ValueTask SendHeadAsync(CancellationToken cancellation)
    {
        if (!isHeadOut)
        {
            isHeadOut = true;
            await SendAsync(head, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the body, in chunks with the request's trailers. Throws where it is shorter than its length.</summary>
    public async ValueTask FinishAsync(HttpContext context, CancellationToken cancellation)
    {
        if (Fault is not null)
        {
            throw new IOException("the server does not take the body: " + Fault.Message, Fault);
        }

        if (length is { } promised)
        {
            if (written != promised)
            {
                throw new IOException($"the body has {written} bytes, its length said {promised}");
            }

            await SendHeadAsync(cancellation).ConfigureAwait(false);
            return;
        }

        await WriteFramedAsync(ReadOnlyMemory<byte>.Empty, RequestTrailers.Ending(context), cancellation).ConfigureAwait(false);
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (length is null or > SoonThere)
        {
            await SendHeadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return;
        }

        written += buffer.Length;
        if (length is null)
        {
            await WriteFramedAsync(buffer, null, cancellationToken).ConfigureAwait(false);
        }
        else if (written > length)
        {
            throw new IOException($"the body is longer than its length of {length} said");
        }
        else if (isHeadOut)
        {
            await SendAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            isHeadOut = true;
            var joined = ArrayPool<byte>.Shared.Rent(head.Length + buffer.Length);
            head.CopyTo(joined);
            buffer.CopyTo(joined.AsMemory(head.Length));
            await SendAsync(joined.AsMemory(0, head.Length + buffer.Length), cancellationToken).ConfigureAwait(false);
            ArrayPool<byte>.Shared.Return(joined);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException("Bodies are written asynchronously.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are written asynchronously.");

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        IsEnding |= written == length;
        try
        {
            await connection.Stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Fault = fault;
            throw;
        }
    }

    private async ValueTask WriteFramedAsync(ReadOnlyMemory<byte> data, string? end, CancellationToken cancellation)
    {
        var first = isHeadOut ? ReadOnlyMemory<byte>.Empty : head;
        isHeadOut = true;
        var framed = ArrayPool<byte>.Shared.Rent(first.Length + data.Length + ChunkFrameBytes + (end?.Length ?? 0));
        first.CopyTo(framed);
        var count = first.Length;
        if (data.Length > 0)
        {
            count += Encoding.ASCII.GetBytes(data.Length.ToString("x", CultureInfo.InvariantCulture), framed.AsSpan(count));
            count += Encoding.ASCII.GetBytes("\r\n", framed.AsSpan(count));
            data.CopyTo(framed.AsMemory(count));
            count += data.Length;
            count += Encoding.ASCII.GetBytes("\r\n", framed.AsSpan(count));
        }

        IsEnding = end is not null;
        count += end is null ? 0 : Encoding.Latin1.GetBytes(end, framed.AsSpan(count));
        await SendAsync(framed.AsMemory(0, count), cancellation).ConfigureAwait(false);

        // Only after a write that ended well: one that was cancelled may still be reading from it.
        ArrayPool<byte>.Shared.Return(framed);
    }
}
