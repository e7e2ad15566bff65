using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>Accepts an entry point's connections for Kestrel, and leaves them as plain sockets until somebody needs more.</summary>
internal sealed partial class EntryPointTransport(Func<EndPoint, Socket> bind, ILoggerFactory loggers) : IConnectionListenerFactory
{
    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        try
        {
            return ValueTask.FromResult<IConnectionListener>(new Listener(bind(endpoint), loggers.CreateLogger<EntryPointTransport>()));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(error.Message, error);
        }
    }

    private sealed partial class Listener : IConnectionListener
    {
        private const int Backlog = 512;
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
        private static long accepted;
        private readonly Socket socket;
        private readonly ILogger logger;
        private readonly SocketConnectionContextFactory pipes;

        public Listener(Socket socket, ILogger logger)
        {
            this.socket = socket;
            this.logger = logger;
            pipes = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions(), logger);
            EndPoint = socket.LocalEndPoint!;
            socket.Listen(Backlog);
        }

        /// <inheritdoc/>
        public EndPoint EndPoint { get; }

        /// <inheritdoc/>
        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                try
                {
                    var client = await socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
                    return new AcceptedConnection(client, Interlocked.Increment(ref accepted).ToString("X8", CultureInfo.InvariantCulture), pipes);
                }
                catch (Exception error) when (error is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
                {
                    return null;
                }
                catch (SocketException error) when (error.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                {
                    // To try again at once would only burn what is left.
                    LogExhausted(logger, EndPoint, error.Message);
                    await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
                }
                catch (SocketException)
                {
                    // The client was gone before its turn.
                }
            }
        }

        /// <inheritdoc/>
        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }

        /// <inheritdoc/>
        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            pipes.Dispose();
            return ValueTask.CompletedTask;
        }

        [LoggerMessage(Level = LogLevel.Error, Message = "No more connections can be accepted on {Endpoint} at the moment: {Reason}; raise the limit of open files")]
        private static partial void LogExhausted(ILogger logger, EndPoint endpoint, string reason);
    }
}
