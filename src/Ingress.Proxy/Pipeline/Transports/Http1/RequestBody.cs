using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>
/// Sends a request's body while the answer may already be coming. Its length is what the client announced, checked to the byte, or it goes in chunks.
/// </summary>
internal sealed class RequestBody : Stream
{
    private readonly HttpContent content;
    private readonly Http1Connection connection;
    private long sent;

    private RequestBody(HttpContent content, Http1Connection connection, long? length)
    {
        this.content = content;
        this.connection = connection;
        Announced = length;
    }

    /// <summary>The announced length; null goes in chunks.</summary>
    public long? Announced { get; }

    /// <summary>Whether all of it was sent.</summary>
    public bool IsSent { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => false;

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

    /// <summary>The body of a request, or null where it has none.</summary>
    public static RequestBody? For(HttpRequestMessage request, Http1Connection connection)
    {
        if (request.Content is not { } content)
        {
            return null;
        }

        long? length = content.Headers.NonValidated.TryGetValues("Content-Length", out var text)
            && long.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var announced) ? announced : null;
        return new RequestBody(content, connection, length);
    }

    /// <summary>Begins to send; a failure closes the connection, which the reading side then sees.</summary>
    public void Start(CancellationToken cancellation) => _ = SendAsync(cancellation);

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return;
        }

        try
        {
            if (Announced is null)
            {
                await connection.SendAllAsync(Encoding.ASCII.GetBytes(buffer.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n")).ConfigureAwait(false);
                await connection.SendAllAsync(buffer).ConfigureAwait(false);
                await connection.SendAllAsync("\r\n"u8.ToArray()).ConfigureAwait(false);
                return;
            }

            sent += buffer.Length;
            if (sent > Announced)
            {
                throw new HttpRequestException(HttpRequestError.Unknown, "the request's body is longer than announced");
            }

            await connection.SendAllAsync(buffer).ConfigureAwait(false);
        }
        catch (Exception error) when (error is System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            throw new IOException("the server does not take the request's body", error);
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
        // Every write goes out at once.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are written asynchronously.");

    private async Task SendAsync(CancellationToken cancellation)
    {
#pragma warning disable CA1031 // Whatever broke the body, the exchange is over; the library that owns the content reports which side it was.
        try
        {
            await content.CopyToAsync(this, cancellation).ConfigureAwait(false);
            if (Announced is null)
            {
                await connection.SendAllAsync("0\r\n\r\n"u8.ToArray()).ConfigureAwait(false);
            }
            else if (sent < Announced)
            {
                throw new HttpRequestException(HttpRequestError.Unknown, "the request's body is shorter than announced");
            }

            IsSent = true;
        }
        catch (IOException)
        {
            // The server closed its reading side, perhaps because it has answered already: that answer counts, if there is one.
        }
        catch (Exception)
        {
            connection.Dispose();
        }
#pragma warning restore CA1031
    }
}
