using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>One side of a relayed connection.</summary>
internal abstract class RelayEnd : IAsyncDisposable
{
    /// <summary>How much is moved at once; borrowed only while bytes flow.</summary>
    protected const int BufferSize = 64 * 1024;

    /// <summary>Sends all that arrives here to the other side, until the end of input. Waiting for the first byte holds no buffer.</summary>
    public abstract Task CopyToAsync(RelayEnd other);

    /// <summary>Sends bytes; returns once the system has them, which is what slows the other side down.</summary>
    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Ends the sending direction and leaves the other open.</summary>
    public abstract ValueTask EndAsync();

    /// <summary>Ends everything that is under way.</summary>
    public abstract void Abort();

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Sends all bytes over a socket.</summary>
    protected static async ValueTask SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false)..];
        }
    }

    /// <summary>Ends the sending direction of a socket that may be closed already.</summary>
    protected static void ShutdownSend(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The other side is gone; there is nobody to tell.
        }
    }

    /// <summary>A client whose bytes come through a pipe, as it was not plain from the first look what it speaks. Answers go straight to the socket, so that the end of sending can follow the last byte.</summary>
    internal sealed class Piped(PipeReader input, Socket socket, Action abort) : RelayEnd
    {
        /// <inheritdoc/>
        public override async Task CopyToAsync(RelayEnd other)
        {
            while (true)
            {
                var read = await input.ReadAsync().ConfigureAwait(false);
                if (read.Buffer.IsSingleSegment)
                {
                    await other.SendAsync(read.Buffer.First).ConfigureAwait(false);
                }
                else
                {
                    await SendJoinedAsync(read.Buffer, other).ConfigureAwait(false);
                }

                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || read.IsCanceled)
                {
                    return;
                }
            }
        }

        // The pipe's segments are small: one call of the system for each costs more than joining them.
        private static async ValueTask SendJoinedAsync(ReadOnlySequence<byte> bytes, RelayEnd other)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            try
            {
                while (bytes.Length > 0)
                {
                    var part = bytes.Slice(0, Math.Min(bytes.Length, BufferSize));
                    part.CopyTo(buffer);
                    await other.SendAsync(buffer.AsMemory(0, (int)part.Length)).ConfigureAwait(false);
                    bytes = bytes.Slice(part.End);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        /// <inheritdoc/>
        public override ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => SendAllAsync(socket, bytes);

        /// <inheritdoc/>
        public override ValueTask EndAsync()
        {
            ShutdownSend(socket);
            return ValueTask.CompletedTask;
        }

        /// <inheritdoc/>
        public override void Abort()
        {
            input.CancelPendingRead();
            abort();
        }

        /// <inheritdoc/>
        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>Either side in clear text.</summary>
    internal sealed class Plain(Socket socket) : RelayEnd
    {
        /// <inheritdoc/>
        public override async Task CopyToAsync(RelayEnd other)
        {
            while (true)
            {
                // A plain wait for no byte at all ends with any event of the socket, also a stale one, and a buffer would then be held for nothing.
                await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.Peek).ConfigureAwait(false);
                var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
                try
                {
                    int count;
                    do
                    {
                        count = await socket.ReceiveAsync(buffer, SocketFlags.None).ConfigureAwait(false);
                        if (count == 0)
                        {
                            return;
                        }

                        await other.SendAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
                    }
                    while (socket.Available > 0);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }

        /// <inheritdoc/>
        public override ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => SendAllAsync(socket, bytes);

        /// <inheritdoc/>
        public override ValueTask EndAsync()
        {
            ShutdownSend(socket);
            return ValueTask.CompletedTask;
        }

        /// <inheritdoc/>
        public override void Abort() => socket.Dispose();

        /// <inheritdoc/>
        public override ValueTask DisposeAsync()
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Either side with TLS ended here.</summary>
    internal sealed class Tls(Stream stream, Func<Task> sayGoodbye, Socket socket, Action abort) : RelayEnd
    {
        /// <inheritdoc/>
        public override async Task CopyToAsync(RelayEnd other)
        {
            while (true)
            {
                await stream.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
                var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
                try
                {
                    var count = await stream.ReadAsync(buffer).ConfigureAwait(false);
                    if (count == 0)
                    {
                        return;
                    }

                    await other.SendAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }

        /// <inheritdoc/>
        public override ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes);

        /// <inheritdoc/>
        public override async ValueTask EndAsync()
        {
            await sayGoodbye().ConfigureAwait(false);
            ShutdownSend(socket);
        }

        /// <inheritdoc/>
        public override void Abort() => abort();

        /// <inheritdoc/>
        public override ValueTask DisposeAsync() => stream.DisposeAsync();
    }
}
