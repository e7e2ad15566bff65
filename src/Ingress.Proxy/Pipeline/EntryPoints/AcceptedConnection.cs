using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>
/// A client's connection as it was accepted: a socket from which nothing has been taken. Kestrel's pipes are put on it once somebody asks for them. A relay never
/// does, which spares it a copy in small pieces, a thread's wake-up for each of them, and the memory.
/// </summary>
internal sealed class AcceptedConnection : ConnectionContext, IConnectionSocketFeature, IConnectionLifetimeFeature, IConnectionTransportFeature, IMemoryPoolFeature
{
    // Enough for what clients say in one go: a PROXY header and a hello with a post-quantum key.
    private const int PeekSize = 16 * 1024;

    private readonly SocketConnectionContextFactory pipesFactory;
    private ConnectionContext? pipes;
    private IDuplexPipe? transport;

    public AcceptedConnection(Socket socket, string id, SocketConnectionContextFactory pipesFactory)
    {
        this.pipesFactory = pipesFactory;
        Socket = socket;
        ConnectionId = id;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        Features.Set<IConnectionSocketFeature>(this);
        Features.Set<IConnectionLifetimeFeature>(this);
        Features.Set<IConnectionTransportFeature>(this);
        Features.Set<IMemoryPoolFeature>(this);
    }

    /// <summary>Looks at bytes that stay where they are. Says how many of them are to be taken, or null to see more; there are no more at the end.</summary>
    public delegate long? Look(ReadOnlySequence<byte> bytes, bool isEnd);

    /// <inheritdoc/>
    public Socket Socket { get; }

    /// <summary>Whether bytes come through pipes by now, and no longer from the socket.</summary>
    public bool HasPipes => pipes is not null;

    /// <inheritdoc/>
    public override string ConnectionId { get; set; }

    /// <inheritdoc/>
    public override IFeatureCollection Features { get; } = new FeatureCollection();

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    /// <inheritdoc/>
    public override IDuplexPipe Transport
    {
        get => transport ??= Pipes.Transport;
        set => transport = value;
    }

    /// <inheritdoc/>
    public override CancellationToken ConnectionClosed
    {
        get => pipes?.ConnectionClosed ?? CancellationToken.None;
        set => Pipes.ConnectionClosed = value;
    }

    /// <inheritdoc/>
    public MemoryPool<byte> MemoryPool => Pipes.Features.Get<IMemoryPoolFeature>()!.MemoryPool;

    private ConnectionContext Pipes => pipes ??= pipesFactory.Create(Socket);

    /// <summary>
    /// Shows what has arrived until the look is content. The first look is at the socket and leaves the bytes in it; who wants to see more than had arrived by then
    /// sees it in the pipes. A client that is gone is a <see cref="ConnectionResetException"/>.
    /// </summary>
    public async Task ReadAheadAsync(Look look, CancellationToken cancellation)
    {
        if (!HasPipes && await PeekAsync(look, cancellation).ConfigureAwait(false))
        {
            return;
        }

        var input = Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(cancellation).ConfigureAwait(false);
            if (look(read.Buffer, read.IsCompleted) is { } count)
            {
                input.AdvanceTo(read.Buffer.GetPosition(count));
                return;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        if (pipes is not null)
        {
            pipes.Abort(abortReason);
            return;
        }

        try
        {
            // What waits for the socket wakes up; it is disposed when the connection's work has ended.
            Socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The client is gone already.
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (pipes is not null)
        {
            await pipes.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            TakeWhatWasLookedAt();
        }

        Socket.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    // Bytes that stay behind turn the end of a connection into a reset, and the client may lose what it was sent.
    private void TakeWhatWasLookedAt()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PeekSize);
        try
        {
            if (Socket.Available > 0)
            {
                Socket.Receive(buffer);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // A relay has closed it already, or the client has.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask<bool> PeekAsync(Look look, CancellationToken cancellation)
    {
        byte[]? buffer = null;
        try
        {
            // No buffer is held while there is nothing to read.
            await Socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.Peek, cancellation).ConfigureAwait(false);
            buffer = ArrayPool<byte>.Shared.Rent(PeekSize);
            var length = await Socket.ReceiveAsync(buffer, SocketFlags.Peek, cancellation).ConfigureAwait(false);
            var count = look(new ReadOnlySequence<byte>(buffer, 0, length), isEnd: length == 0);
            for (var left = count ?? 0; left > 0;)
            {
                left -= await Socket.ReceiveAsync(buffer.AsMemory(0, (int)left), SocketFlags.None, cancellation).ConfigureAwait(false);
            }

            return count is not null;
        }
        catch (SocketException error)
        {
            throw new ConnectionResetException(error.Message, error);
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
