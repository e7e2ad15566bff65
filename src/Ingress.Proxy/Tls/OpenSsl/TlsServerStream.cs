using System.Buffers;
using System.IO.Pipelines;
using System.Security.Authentication;

namespace Ingress.Proxy.Tls.OpenSsl;

/// <summary>The clear side of a client's connection: shakes hands, then encrypts what is written and decrypts what is read. One reader and one writer may work at the same time.</summary>
internal sealed class TlsServerStream : Stream
{
    // So much is encrypted before it is sent, and taken in before it is decrypted.
    private const int LargestStep = 64 * 1024;
    private const string GoneAway = "the client went away during the handshake";

    // What a client says in a handshake, but for long chains of certificates.
    private const int UsualFlight = 4 * 1024;
    private IDuplexPipe? encrypted;

    public TlsServerStream(TlsContext context) => Connection = new TlsConnection(context);

    /// <summary>The TLS of this stream, and what was agreed on.</summary>
    public TlsConnection Connection { get; }

    private PipeReader Input => Encrypted.Input;

    private PipeWriter Output => Encrypted.Output;

    private IDuplexPipe Encrypted => encrypted ?? throw new InvalidOperationException("The handshake comes first.");

    /// <inheritdoc/>
    public override bool CanRead => true;

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

    /// <summary>Shakes hands through pipes, and goes on with them.</summary>
    /// <exception cref="AuthenticationException">The client and the options do not agree; the client has been sent an alert.</exception>
    /// <exception cref="IOException">The client went away.</exception>
    public async ValueTask HandshakeAsync(IDuplexPipe pipes, CancellationToken cancellation)
    {
        Continue(pipes);
        while (true)
        {
            if (!await ReceiveAsync(cancellation).ConfigureAwait(false))
            {
                throw new IOException(GoneAway);
            }

            var step = Connection.Advance(out var reason);
            for (var count = Connection.TakeFlight(Output.GetSpan()); count > 0; count = Connection.TakeFlight(Output.GetSpan()))
            {
                Output.Advance(count);
            }

            await Output.FlushAsync(cancellation).ConfigureAwait(false);
            if (IsDone(step, reason))
            {
                return;
            }
        }
    }

    /// <summary>
    /// Shakes hands on the socket's own stream, which spares the hand-overs between threads that pipes bring. Pipes have to follow (<see cref="Continue"/>); what the client
    /// has sent beyond the handshake is kept for them.
    /// </summary>
    /// <inheritdoc cref="HandshakeAsync(IDuplexPipe, CancellationToken)"/>
    public async ValueTask HandshakeAsync(Stream socket, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(UsualFlight);
        try
        {
            while (true)
            {
                var length = await socket.ReadAsync(buffer, cancellation).ConfigureAwait(false);
                if (length == 0)
                {
                    throw new IOException(GoneAway);
                }

                Connection.Feed(buffer.AsSpan(0, length));
                var step = Connection.Advance(out var reason);
                for (var count = Connection.TakeFlight(buffer); count > 0; count = Connection.TakeFlight(buffer))
                {
                    await socket.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
                }

                if (IsDone(step, reason))
                {
                    return;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What the encrypted bytes come from and go to after a handshake on the bare socket.</summary>
    public void Continue(IDuplexPipe pipes) => encrypted = pipes;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            await WaitForBytesAsync(cancellationToken).ConfigureAwait(false);
            return 0;
        }

        while (true)
        {
            var count = Connection.Decrypt(buffer.Span);
            if (count >= 0)
            {
                return count;
            }

            if (!await ReceiveAsync(cancellationToken).ConfigureAwait(false))
            {
                return 0;
            }
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length > LargestStep)
        {
            return WriteInStepsAsync(buffer, cancellationToken);
        }

        Connection.Encrypt(buffer.Span, Output);
        var flush = Output.FlushAsync(cancellationToken);
        if (flush.IsCompletedSuccessfully)
        {
            flush.GetAwaiter().GetResult();
            return ValueTask.CompletedTask;
        }

        return new ValueTask(flush.AsTask());
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Tells the client that nothing more will be sent.</summary>
    public async Task ShutdownAsync()
    {
        if (Connection.SayGoodbye(Output))
        {
            await Output.FlushAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
        // Every write is flushed.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Connections are read asynchronously.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Connections are written asynchronously.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Connection.Dispose();
        base.Dispose(disposing);
    }

    private static bool IsDone(TlsStep step, string reason) => step == TlsStep.Failed ? throw new AuthenticationException(reason) : step == TlsStep.Done;

    private async ValueTask WriteInStepsAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellation)
    {
        while (!buffer.IsEmpty)
        {
            var part = buffer[..Math.Min(buffer.Length, LargestStep)];
            await WriteAsync(part, cancellation).ConfigureAwait(false);
            buffer = buffer[part.Length..];
        }
    }

    // False at the end of input.
    private async ValueTask<bool> ReceiveAsync(CancellationToken cancellation)
    {
        var read = await Input.ReadAsync(cancellation).ConfigureAwait(false);
        if (read.Buffer.IsEmpty)
        {
            Input.AdvanceTo(read.Buffer.End);
            return !read.IsCompleted;
        }

        var part = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, LargestStep));
        foreach (var segment in part)
        {
            Connection.Feed(segment.Span);
        }

        Input.AdvanceTo(part.End);
        return true;
    }

    // So that a reader need not hold a buffer while the connection is idle.
    private async ValueTask WaitForBytesAsync(CancellationToken cancellation)
    {
        if (Connection.HasPending)
        {
            return;
        }

        var read = await Input.ReadAsync(cancellation).ConfigureAwait(false);
        Input.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
    }
}
