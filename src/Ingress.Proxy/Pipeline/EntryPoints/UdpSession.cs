using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>One client's datagrams to one server and back. It lives as long as either side speaks.</summary>
internal sealed class UdpSession(SocketAddress client, Socket server, Socket listener) : IDisposable
{
    private long lastActive;
    private volatile bool hasAnswered;

    /// <summary>The client.</summary>
    public SocketAddress Client => client;

    /// <summary>Whether the server has answered.</summary>
    public bool HasAnswered => hasAnswered;

    /// <summary>Where it stands in the table's order.</summary>
    public LinkedListNode<UdpSession>? Node { get; set; }

    /// <summary>When either side spoke last, as a <see cref="TimeProvider"/> timestamp.</summary>
    public long LastActive => Volatile.Read(ref lastActive);

    /// <summary>Notes that a side has spoken.</summary>
    public void Touch(long now) => Volatile.Write(ref lastActive, now);

    /// <summary>Notes that the server has spoken.</summary>
    public void TouchByServer(long now)
    {
        Touch(now);
        hasAnswered = true;
    }

    /// <summary>Sends a datagram to the server; one that it refuses is lost, as datagrams are.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> datagram)
    {
        try
        {
            await server.SendAsync(datagram, SocketFlags.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The server's port is closed, or the session has just ended.
        }
    }

    /// <summary>Sends the server's datagrams to the client until the session ends.</summary>
    public async Task AnswerAsync(TimeProvider time)
    {
        while (true)
        {
            byte[]? buffer = null;
            try
            {
                // No buffer is held while there is nothing to read.
                await server.ReceiveAsync(Memory<byte>.Empty, SocketFlags.Peek).ConfigureAwait(false);
                buffer = ArrayPool<byte>.Shared.Rent(UdpListener.LargestDatagram);
                var count = await server.ReceiveAsync(buffer, SocketFlags.None).ConfigureAwait(false);
                TouchByServer(time.GetTimestamp());
                await listener.SendToAsync(buffer.AsMemory(0, count), SocketFlags.None, client).ConfigureAwait(false);
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionRefused or SocketError.MessageSize)
            {
                // The server's port was closed a moment ago; it may be open at the next datagram.
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
            finally
            {
                if (buffer is not null)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => server.Dispose();
}
