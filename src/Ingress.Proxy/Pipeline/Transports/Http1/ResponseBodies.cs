using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>An answer's body as content.</summary>
internal sealed class ResponseContent(ResponseBody body) : HttpContent
{
    /// <inheritdoc/>
    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(body);

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => body.CopyToAsync(stream);

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>What the bodies of answers share. Read to its end, a body gives its connection back; left earlier, it closes it.</summary>
internal abstract class ResponseBody(Http1Connection connection) : Stream
{
    private bool isDone;

    /// <summary>The connection that it comes from.</summary>
    protected Http1Connection Connection { get; } = connection;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (isDone)
        {
            return 0;
        }

        try
        {
            return await ReadPieceAsync(buffer).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Connection.Broken(error);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // There is nothing to flush on the reading side.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Reads something; 0 is the end.</summary>
    protected abstract ValueTask<int> ReadPieceAsync(Memory<byte> buffer);

    /// <summary>The body is complete.</summary>
    protected void Finish(bool isReusable)
    {
        if (!isDone)
        {
            isDone = true;
            Connection.Complete(isReusable);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Finish(isReusable: false);
        }

        base.Dispose(disposing);
    }

    /// <summary>An answer that ended before its announced end.</summary>
    protected static HttpIOException EndedEarly() => new(HttpRequestError.ResponseEnded, "the server ended its answer early");
}

/// <summary>A body of known length.</summary>
internal sealed class SizedBody : ResponseBody
{
    private readonly bool isReusable;
    private long left;

    public SizedBody(Http1Connection connection, long length, bool isReusable)
        : base(connection)
    {
        left = length;
        this.isReusable = isReusable;
        if (length == 0)
        {
            Finish(isReusable);
        }
    }

    /// <inheritdoc/>
    protected override async ValueTask<int> ReadPieceAsync(Memory<byte> buffer)
    {
        if (buffer.Length > left)
        {
            buffer = buffer[..(int)left];
        }

        var count = await Connection.ReceiveAsync(buffer).ConfigureAwait(false);
        if (count == 0 && buffer.Length > 0)
        {
            throw EndedEarly();
        }

        left -= count;
        if (left == 0)
        {
            Finish(isReusable);
        }

        return count;
    }
}

/// <summary>A body that ends with the connection.</summary>
internal sealed class UnendedBody(Http1Connection connection) : ResponseBody(connection)
{
    /// <inheritdoc/>
    protected override async ValueTask<int> ReadPieceAsync(Memory<byte> buffer)
    {
        var count = await Connection.ReceiveAsync(buffer).ConfigureAwait(false);
        if (count == 0 && buffer.Length > 0)
        {
            Finish(isReusable: false);
        }

        return count;
    }
}

/// <summary>A body in chunks (RFC 9112 section 7.1), with its trailers.</summary>
internal sealed class ChunkedBody(Http1Connection connection, HttpResponseMessage message, bool isReusable) : ResponseBody(connection)
{
    private const int LongestLine = 16 * 1024;
    private const int MostTrailers = 256;
    private long left;
    private bool isBegun;

    /// <inheritdoc/>
    protected override async ValueTask<int> ReadPieceAsync(Memory<byte> buffer)
    {
        if (left == 0)
        {
            if (buffer.IsEmpty && !Connection.HasBuffered)
            {
                // Somebody wants to know whether there is anything; holding a buffer for that would be a waste.
                return await Connection.ReceiveAsync(buffer).ConfigureAwait(false);
            }

            left = await NextSizeAsync().ConfigureAwait(false);
            if (left == 0)
            {
                await ReadTrailersAsync().ConfigureAwait(false);
                Finish(isReusable);
                return 0;
            }
        }

        if (buffer.Length > left)
        {
            buffer = buffer[..(int)left];
        }

        var count = await Connection.ReceiveAsync(buffer).ConfigureAwait(false);
        if (count == 0 && buffer.Length > 0)
        {
            throw EndedEarly();
        }

        left -= count;
        return count;
    }

    private async ValueTask<long> NextSizeAsync()
    {
        if (isBegun && (await Connection.ReadLineAsync(LongestLine).ConfigureAwait(false)).Length > 0)
        {
            throw Http1Connection.Malformed("a chunk is longer than it says");
        }

        isBegun = true;
        var line = await Connection.ReadLineAsync(LongestLine).ConfigureAwait(false);
        var digits = line.AsSpan(0, line.IndexOf(';', StringComparison.Ordinal) is var extension && extension < 0 ? line.Length : extension).TrimEnd(" \t");
        return long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size) && size >= 0
            ? size
            : throw Http1Connection.Malformed("a chunk has no size");
    }

    private async ValueTask ReadTrailersAsync()
    {
        for (var i = 0; i <= MostTrailers; i++)
        {
            var line = await Connection.ReadLineAsync(LongestLine).ConfigureAwait(false);
            if (line.Length == 0)
            {
                return;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                throw Http1Connection.Malformed("a trailer line has no name");
            }

            message.TrailingHeaders.TryAddWithoutValidation(line[..colon], line[(colon + 1)..].Trim());
        }

        throw Http1Connection.Malformed("it has too many trailers");
    }
}

/// <summary>What follows an upgrade: bytes both ways until one side ends.</summary>
internal sealed class TunnelBody(Http1Connection connection) : ResponseBody(connection)
{
    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await Connection.SendAllAsync(buffer).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Connection.Broken(error);
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    protected override ValueTask<int> ReadPieceAsync(Memory<byte> buffer) => Connection.ReceiveAsync(buffer);
}
