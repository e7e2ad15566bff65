using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>
/// The body of an answer in chunks of its own making, with the server's trailer fields behind them: over HTTP/1.1 the web server cannot send trailers itself, but
/// leaves the framing to who says that there are chunks.
/// </summary>
internal sealed class RechunkedBody(Stream inner, Http1Response response) : Stream
{
    // Eight digits and a line end before, a line end behind.
    private const int Before = 10;
    private const int Behind = 2;

    private byte[]? ending;
    private int given;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (ending is null)
        {
            if (buffer.Length <= Before + Behind)
            {
                return buffer.IsEmpty ? await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) : throw new ArgumentException("The buffer is too small.", nameof(buffer));
            }

            var count = await inner.ReadAsync(buffer[Before..^Behind], cancellationToken).ConfigureAwait(false);
            if (count > 0)
            {
                Encoding.ASCII.GetBytes(count.ToString("x8", CultureInfo.InvariantCulture), buffer.Span);
                "\r\n"u8.CopyTo(buffer.Span[8..]);
                "\r\n"u8.CopyTo(buffer.Span[(Before + count)..]);
                return Before + count + Behind;
            }

            ending = Ending();
        }

        var rest = Math.Min(buffer.Length, ending.Length - given);
        ending.AsSpan(given, rest).CopyTo(buffer.Span);
        given += rest;
        return rest;
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
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private byte[] Ending()
    {
        var text = new StringBuilder("0\r\n");
        foreach (var (name, value) in response.Trailers ?? [])
        {
            if (!HopByHop.IsHopByHop(name))
            {
                text.Append(name).Append(": ").Append(value).Append("\r\n");
            }
        }

        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }
}
