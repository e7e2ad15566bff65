using System.Buffers;
using System.Net.Sockets;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>One connection to a server, used for one exchange at a time.</summary>
internal sealed class Http1Connection(Socket socket, Http1Pool pool) : IDisposable
{
    private const int FirstBuffer = 8 * 1024;
    private const int LargestHead = 1024 * 1024;
    private byte[]? buffer;
    private int start;
    private int end;
    private int isDisposed;
    private bool headIsSent;
    private RequestBody? body;
    private CancellationTokenRegistration abortion;

    /// <summary>When it became idle, as a timestamp of the clock.</summary>
    public long IdleSince { get; set; }

    /// <summary>Whether nothing of an answer to the present request has arrived.</summary>
    public bool IsUntouched { get; private set; }

    /// <summary>Whether an idle connection can be used: the server has neither closed it nor sent what nobody asked for.</summary>
    public bool IsAlive => start == end && !socket.Poll(0, SelectMode.SelectRead);

    /// <summary>Whether what has arrived is not all read.</summary>
    public bool HasBuffered => start < end;

    /// <summary>Sends a request and reads the head of the answer.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        IsUntouched = true;
        headIsSent = false;
        abortion = cancellation.UnsafeRegister(static state => ((Http1Connection)state!).Dispose(), this);
        try
        {
            body = RequestBody.For(request, this);
            await SendHeadAsync(request).ConfigureAwait(false);
            body?.Start(cancellation);
            var head = await ReadHeadAsync(request).ConfigureAwait(false);
            return head.ToMessage(request, this);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw Broken(error);
        }
        catch (IOException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }

    /// <summary>Reads up to the buffer's length; 0 at the end of input. A buffer of no length waits until there is something.</summary>
    public ValueTask<int> ReceiveAsync(Memory<byte> target)
    {
        if (start == end)
        {
            return socket.ReceiveAsync(target, SocketFlags.None);
        }

        var count = Math.Min(target.Length, end - start);
        buffer.AsSpan(start, count).CopyTo(target.Span);
        start += count;
        ReleaseBuffer();
        return new ValueTask<int>(count);
    }

    /// <summary>Sends all of the data.</summary>
    public async ValueTask SendAllAsync(ReadOnlyMemory<byte> data)
    {
        while (data.Length > 0)
        {
            data = data[await socket.SendAsync(data, SocketFlags.None).ConfigureAwait(false)..];
        }
    }

    /// <summary>Reads one line of chunk framing, without its end.</summary>
    public async ValueTask<string> ReadLineAsync(int longest)
    {
        while (true)
        {
            var newline = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                var line = System.Text.Encoding.Latin1.GetString(buffer!, start, newline).TrimEnd('\r');
                start += newline + 1;
                ReleaseBuffer();
                return line;
            }

            if (end - start > longest)
            {
                throw Malformed("a chunk's line is too long");
            }

            if (!await FillAsync().ConfigureAwait(false))
            {
                throw new HttpIOException(HttpRequestError.ResponseEnded, "the server ended its answer early");
            }
        }
    }

    /// <summary>The exchange is over: the connection goes back to the pool, or is closed where the next exchange could not trust it.</summary>
    public void Complete(bool isReusable)
    {
        // A cancellation under way wins: it has closed the socket.
        var wasCancelled = !abortion.Unregister() && abortion.Token.IsCancellationRequested;
        var isClean = isReusable && !wasCancelled && start == end && body is null or { IsSent: true };
        body = null;
        if (isClean && Volatile.Read(ref isDisposed) == 0)
        {
            pool.Return(this);
        }
        else
        {
            Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) == 0)
        {
            socket.Dispose();
        }
    }

    /// <summary>What breaking off here means to the caller.</summary>
    public Exception Broken(Exception error) => headIsSent
        ? new IOException("the connection to the server broke", error)
        : new HttpRequestException(HttpRequestError.Unknown, "the request could not be sent", error);

    /// <summary>An answer that is none.</summary>
    public static HttpIOException Malformed(string reason) => new(HttpRequestError.InvalidResponse, "malformed answer: " + reason);

    private async ValueTask SendHeadAsync(HttpRequestMessage request)
    {
        var head = new HeadWriter(FirstBuffer);
        try
        {
            RequestHead.Write(head, request, body);
            await SendAllAsync(head.Written).ConfigureAwait(false);
            headIsSent = true;
        }
        finally
        {
            head.Return();
        }
    }

    private async ValueTask<ResponseHead> ReadHeadAsync(HttpRequestMessage request)
    {
        while (true)
        {
            var length = ResponseHead.LengthOf(buffer.AsSpan(start, end - start));
            if (length > 0)
            {
                var head = ResponseHead.Parse(buffer.AsSpan(start, length), request.Method.Method);
                start += length;
                ReleaseBuffer();
                if (head.Status is >= 200 or 101)
                {
                    return head;
                }

                // Interim answers end here: the server has no way to pass them on.
                continue;
            }

            if (end - start > LargestHead)
            {
                throw Malformed("its head is larger than 1 MiB");
            }

            if (!await FillAsync().ConfigureAwait(false))
            {
                throw end > start ? Malformed("it ends inside its head") : new HttpIOException(HttpRequestError.ResponseEnded, "the server closed the connection without an answer");
            }

            IsUntouched = false;
        }
    }

    // False at the end of input.
    private async ValueTask<bool> FillAsync()
    {
        if (buffer is null)
        {
            // A buffer is taken only once there is something to put into it.
            await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).ConfigureAwait(false);
            buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
            start = end = 0;
        }
        else if (end == buffer.Length)
        {
            MakeRoom();
        }

        var count = await socket.ReceiveAsync(buffer.AsMemory(end), SocketFlags.None).ConfigureAwait(false);
        end += count;
        return count > 0;
    }

    private void MakeRoom()
    {
        var old = buffer!;
        var target = start > old.Length / 2 ? old : ArrayPool<byte>.Shared.Rent(old.Length * 2);
        old.AsSpan(start, end - start).CopyTo(target);
        end -= start;
        start = 0;
        if (!ReferenceEquals(target, old))
        {
            ArrayPool<byte>.Shared.Return(old);
            buffer = target;
        }
    }

    private void ReleaseBuffer()
    {
        if (start == end && buffer is { } empty)
        {
            start = end = 0;
            buffer = null;
            ArrayPool<byte>.Shared.Return(empty);
        }
    }
}
