using System.Globalization;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>The body of an answer: so many bytes, chunks, or all until the connection ends. Once it has been read the connection goes back to its pool.</summary>
internal sealed class Http1Body : Stream
{
    private readonly Http1Exchange exchange;
    private readonly Http1Connection connection;
    private readonly Http1Response response;
    private readonly Kind kind;
    private long remaining;
    private ChunkState chunk;
    private bool isDone;
    private bool headIsOut;

    public Http1Body(Http1Exchange exchange, Http1Connection connection, Http1Response response, bool hasBody)
    {
        this.exchange = exchange;
        this.connection = connection;
        this.response = response;
        kind = response.IsChunked ? Kind.Chunks : response.Length >= 0 ? Kind.Length : Kind.UntilClose;
        remaining = kind == Kind.Length ? response.Length : 0;
        if (!hasBody || response.Length == 0)
        {
            Complete();
        }
    }

    private enum Kind
    {
        Length,
        Chunks,
        UntilClose,
    }

    private enum ChunkState
    {
        Size,
        Data,
        AfterData,
        Trailers,
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (isDone)
        {
            return new ValueTask<int>(0);
        }

        if (kind != Kind.Length)
        {
            return ReadStreamedAsync(buffer, cancellationToken);
        }

        var read = connection.ReadAsync(remaining < buffer.Length ? buffer[..(int)remaining] : buffer, cancellationToken);
        return read.IsCompletedSuccessfully ? new ValueTask<int>(TakeLength(read.GetAwaiter().GetResult(), buffer.Length)) : WaitAsync(read, buffer.Length);

        async ValueTask<int> WaitAsync(ValueTask<int> pending, int asked) => TakeLength(await pending.ConfigureAwait(false), asked);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    public override void Flush()
    {
        // There is nothing to flush on the reading side.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !isDone)
        {
            isDone = true;
            connection.Dispose();
        }

        base.Dispose(disposing);
    }

    private int TakeLength(int count, int asked)
    {
        if (count == 0 && asked > 0)
        {
            throw Short();
        }

        remaining -= count;
        if (remaining == 0)
        {
            Complete();
        }

        return count;
    }

    private async ValueTask<int> ReadStreamedAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (connection.BufferedBytes == 0)
        {
            await LetHeadOutAsync(cancellation).ConfigureAwait(false);
        }

        var count = kind == Kind.Chunks
            ? await ReadChunksAsync(buffer, cancellation).ConfigureAwait(false)
            : await ReadUntilCloseAsync(buffer, cancellation).ConfigureAwait(false);
        exchange.CountBytes(count);
        return count;
    }

    // An event stream's client must learn that it is open before the first event comes.
    private async ValueTask LetHeadOutAsync(CancellationToken cancellation)
    {
        if (headIsOut)
        {
            return;
        }

        headIsOut = true;
        try
        {
            await exchange.Context.Response.Body.FlushAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // The client is gone; the write that follows says so.
        }
    }

    private async ValueTask<int> ReadUntilCloseAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var count = await connection.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        if (count == 0 && buffer.Length > 0)
        {
            isDone = true;
            connection.Dispose();
        }

        return count;
    }

    private async ValueTask<int> ReadChunksAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        while (true)
        {
            switch (chunk)
            {
                case ChunkState.Data when buffer.IsEmpty:
                    return await connection.ReadAsync(buffer, cancellation).ConfigureAwait(false);
                case ChunkState.Data:
                    var count = await connection.ReadAsync(remaining < buffer.Length ? buffer[..(int)remaining] : buffer, cancellation).ConfigureAwait(false);
                    if (count == 0)
                    {
                        throw Short();
                    }

                    remaining -= count;
                    chunk = remaining == 0 ? ChunkState.AfterData : ChunkState.Data;
                    return count;
                default:
                    if (!Advance())
                    {
                        if (buffer.IsEmpty && connection.BufferedBytes == 0)
                        {
                            return await connection.ReadAsync(buffer, cancellation).ConfigureAwait(false);
                        }

                        if (await connection.FillAsync(cancellation).ConfigureAwait(false) == 0)
                        {
                            throw Short();
                        }
                    }
                    else if (isDone || (buffer.IsEmpty && chunk == ChunkState.Data))
                    {
                        return 0;
                    }

                    break;
            }
        }
    }

    /// <summary>Takes one step through what lies between data; false where more bytes are needed.</summary>
    private bool Advance()
    {
        const int LongestLine = 16 * 1024;
        if (chunk == ChunkState.Trailers)
        {
            if (!HeadReader.TryReadTrailers(connection, response))
            {
                return false;
            }

            Complete();
            return true;
        }

        var data = connection.Buffered;
        var feed = data.IndexOf((byte)'\n');
        if (feed < 0)
        {
            return data.Length > LongestLine ? throw HeadReader.Malformed("a chunk's first line is too long") : false;
        }

        var line = data[..feed].TrimEnd((byte)'\r');
        if (chunk == ChunkState.AfterData)
        {
            if (!line.IsEmpty)
            {
                throw HeadReader.Malformed("a chunk is longer than it said");
            }

            chunk = ChunkState.Size;
        }
        else
        {
            remaining = Size(line);
            chunk = remaining == 0 ? ChunkState.Trailers : ChunkState.Data;
        }

        connection.Use(feed + 1);
        return true;
    }

    private static long Size(ReadOnlySpan<byte> line)
    {
        var extension = line.IndexOf((byte)';');
        var digits = (extension < 0 ? line : line[..extension]).Trim(" \t"u8);
        return digits.Length is > 0 and <= 15 && long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size)
            ? size
            : throw HeadReader.Malformed("a chunk's size cannot be read");
    }

    private static HttpIOException Short() => new(HttpRequestError.ResponseEnded, "the connection ended within the body");

    private void Complete()
    {
        isDone = true;
        exchange.Release(connection, response.KeepsConnection);
    }
}
