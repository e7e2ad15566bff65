using System.IO.Pipelines;
using System.Net.Sockets;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>
/// A client's connection as a stream whose writes go straight to the socket: what the pipe of the server would still hold back could not be followed by the end
/// of sending.
/// </summary>
internal sealed class ClientStream(IDuplexPipe pipes, Socket socket) : DuplexPipeStream(pipes)
{
    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            buffer = buffer[await socket.SendAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
        }
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
