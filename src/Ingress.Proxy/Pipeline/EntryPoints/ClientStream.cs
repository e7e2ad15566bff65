using System.IO.Pipelines;
using System.Net.Sockets;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>
/// A client's connection as a stream whose writes go straight to the socket: what the pipe of the server would still hold back could not be followed by the end
/// of sending.
/// </summary>
internal sealed class ClientStream(IDuplexPipe pipes, Socket socket) : DuplexPipeStream(pipes)
{
    private readonly NetworkStream output = new(socket, ownsSocket: false);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => output.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        output.Dispose();
        base.Dispose(disposing);
    }
}
