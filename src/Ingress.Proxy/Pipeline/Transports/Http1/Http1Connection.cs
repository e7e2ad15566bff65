using System.Buffers;
using System.Net.Sockets;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>One connection to a server, with what was read from it and not yet used.</summary>
internal sealed class Http1Connection(Socket socket, Stream stream) : IDisposable
{
    private const int BufferBytes = 16 * 1024;

    private byte[] buffer = [];
    private int start;
    private int end;
    private bool isDisposed;

    /// <summary>Where to write to.</summary>
    public Stream Stream => stream;

    /// <summary>Whether an earlier request was answered on it.</summary>
    public bool IsReused { get; set; }

    /// <summary>Whether anything of the present answer has arrived.</summary>
    public bool HasRead { get; private set; }

    /// <summary>When it became idle, in milliseconds of the system's uptime.</summary>
    public long IdleSince { get; set; }

    /// <summary>What was read and not used.</summary>
    public ReadOnlySpan<byte> Buffered => buffer.AsSpan(start, end - start);

    /// <summary>How much was read and not used.</summary>
    public int BufferedBytes => end - start;

    /// <summary>Makes it ready for a request.</summary>
    public void Begin()
    {
        HasRead = false;
        if (buffer.Length == 0)
        {
            buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        }
    }

    /// <summary>Gives the buffer back while nothing is under way.</summary>
    public void Rest()
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        buffer = [];
        start = end = 0;
    }

    /// <summary>Whether the server has closed it, or sent what nobody asked for, while it was idle.</summary>
    public bool IsStale()
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>Takes so much of what was read as used.</summary>
    public void Use(int count) => start += count;

    /// <summary>Reads more behind what is there; 0 at the end.</summary>
    public async ValueTask<int> FillAsync(CancellationToken cancellation)
    {
        if (start == end)
        {
            start = end = 0;
        }
        else if (end == buffer.Length)
        {
            MakeRoom();
        }

        var count = await stream.ReadAsync(buffer.AsMemory(end), cancellation).ConfigureAwait(false);
        HasRead |= count > 0;
        end += count;
        return count;
    }

    /// <summary>Reads into the target, first what is there. An empty target waits until there is something.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancellation)
    {
        if (start == end)
        {
            return stream.ReadAsync(target, cancellation);
        }

        var count = Math.Min(target.Length, end - start);
        buffer.AsSpan(start, count).CopyTo(target.Span);
        start += count;
        return new ValueTask<int>(count);
    }

    public void Dispose()
    {
        if (!isDisposed)
        {
            isDisposed = true;
            stream.Dispose();
            socket.Dispose();

            // The buffer is left to the collector: a read that is still under way may yet write to it.
            buffer = [];
            start = end = 0;
        }
    }

    private void MakeRoom()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger.AsSpan());
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
