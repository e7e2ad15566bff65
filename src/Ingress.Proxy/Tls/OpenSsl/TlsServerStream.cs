using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Ingress.Proxy.Tls.OpenSsl;

/// <summary>
/// The server's side of TLS on one connection, on OpenSSL itself. The framework's stream costs twice as much per handshake, shares sessions between TLS options
/// of one certificate, forgets them where suites are chosen, and cannot send alerts.
/// One reader and one writer may work at the same time.
/// </summary>
internal sealed class TlsServerStream : Stream
{
    // So much is encrypted before it is sent, and taken in before it is decrypted.
    private const int LargestStep = 64 * 1024;

    // What OpenSSL wants to say on its own while nothing is written (answers to key updates); a client that makes it more is up to no good.
    private const nuint MostUnsent = 64 * 1024;
    private readonly PipeReader input;
    private readonly PipeWriter output;
    private readonly TlsContext context;
    private readonly SslHandle connection;
    private readonly nint received;
    private readonly nint toSend;
    private readonly Lock gate = new();
    private bool isBroken;

    public TlsServerStream(PipeReader input, PipeWriter output, TlsContext context)
    {
        this.input = input;
        this.output = output;
        this.context = context;
        connection = context.NewConnection();
        received = LibSsl.BIO_new(LibSsl.BIO_s_mem());
        toSend = LibSsl.BIO_new(LibSsl.BIO_s_mem());
        LibSsl.SSL_set_bio(connection, received, toSend);
        LibSsl.SSL_set_accept_state(connection);
    }

    private enum Step
    {
        Done,
        NeedsInput,
        Failed,
    }

    /// <summary>The version agreed on.</summary>
    public SslProtocols Protocol { get; private set; }

    /// <summary>The suite agreed on.</summary>
    public TlsCipherSuite CipherSuite { get; private set; }

    /// <summary>The application protocol agreed on; empty without one.</summary>
    public byte[] ApplicationProtocol { get; private set; } = [];

    /// <summary>The client's certificate and the chain that it sent; empty without one.</summary>
    public IReadOnlyList<X509Certificate2> ClientCertificates { get; private set; } = [];

    /// <summary>Whether a returning client's session was taken up.</summary>
    public bool IsResumed { get; private set; }

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

    /// <summary>Shakes hands.</summary>
    /// <exception cref="AuthenticationException">The client and the options do not agree; the client has been sent an alert.</exception>
    /// <exception cref="IOException">The client went away.</exception>
    public async ValueTask HandshakeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var step = Advance(out var hasOutput, out var reason);
            if (hasOutput)
            {
                await output.FlushAsync(cancellation).ConfigureAwait(false);
            }

            if (step == Step.Done)
            {
                return;
            }

            if (step == Step.Failed)
            {
                throw new AuthenticationException(reason);
            }

            if (!await ReceiveAsync(cancellation).ConfigureAwait(false))
            {
                throw new IOException("the client went away during the handshake");
            }
        }
    }

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
            var count = Decrypt(buffer.Span);
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

        Encrypt(buffer.Span);
        var flush = output.FlushAsync(cancellationToken);
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
        lock (gate)
        {
            if (isBroken || connection.IsClosed)
            {
                return;
            }

            LibSsl.ERR_clear_error();
            LibSsl.SSL_shutdown(connection);
            Drain();
        }

        await output.FlushAsync().ConfigureAwait(false);
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
        lock (gate)
        {
            connection.Dispose();
        }

        // The callbacks of OpenSSL use what the context owns.
        GC.KeepAlive(context);
        base.Dispose(disposing);
    }

    private Step Advance(out bool hasOutput, out string reason)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(connection.IsClosed, this);
            LibSsl.ERR_clear_error();
            var result = LibSsl.SSL_do_handshake(connection);
            var step = result == 1 ? Step.Done : LibSsl.SSL_get_error(connection, result) == LibSsl.ErrorWantRead ? Step.NeedsInput : Step.Failed;
            isBroken = step == Step.Failed;
            reason = isBroken ? LibSsl.TakeError() : "";
            if (step == Step.Done)
            {
                Describe();
            }

            // In TLS 1.3 only the ticket is left to send by now; it goes along with the first answer.
            hasOutput = (step != Step.Done || Protocol != SslProtocols.Tls13) && Drain();
            return step;
        }
    }

    private unsafe void Describe()
    {
        Protocol = TlsNames.ProtocolOf(LibSsl.SSL_version(connection));
        CipherSuite = (TlsCipherSuite)LibSsl.SSL_CIPHER_get_protocol_id(LibSsl.SSL_get_current_cipher(connection));
        IsResumed = LibSsl.SSL_session_reused(connection) == 1;
        byte* protocol;
        uint length;
        LibSsl.SSL_get0_alpn_selected(connection, &protocol, &length);
        ApplicationProtocol = new ReadOnlySpan<byte>(protocol, (int)length) switch
        {
            [] => [],
            var name when name.SequenceEqual(SslApplicationProtocol.Http2.Protocol.Span) => Http2,
            var name when name.SequenceEqual(SslApplicationProtocol.Http11.Protocol.Span) => Http11,
            var name => name.ToArray(),
        };
        ClientCertificates = PeerCertificates.Of(connection);
    }

    private static byte[] Http2 { get; } = SslApplicationProtocol.Http2.Protocol.ToArray();

    private static byte[] Http11 { get; } = SslApplicationProtocol.Http11.Protocol.ToArray();

    // The bytes decrypted; 0 at the end, and -1 where more has to arrive first.
    private unsafe int Decrypt(Span<byte> buffer)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(connection.IsClosed, this);
            LibSsl.ERR_clear_error();
            int result;
            fixed (byte* bytes = buffer)
            {
                result = LibSsl.SSL_read(connection, bytes, buffer.Length);
            }

            if (result > 0)
            {
                return result;
            }

            switch (LibSsl.SSL_get_error(connection, result))
            {
                case LibSsl.ErrorWantRead when LibSsl.BIO_ctrl_pending(toSend) <= MostUnsent:
                    return -1;
                case LibSsl.ErrorZeroReturn:
                    return 0;
                default:
                    isBroken = true;
                    throw new IOException("TLS: " + LibSsl.TakeError());
            }
        }
    }

    private unsafe void Encrypt(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(connection.IsClosed, this);
            if (bytes.IsEmpty)
            {
                return;
            }

            LibSsl.ERR_clear_error();
            int result;
            fixed (byte* start = bytes)
            {
                result = LibSsl.SSL_write(connection, start, bytes.Length);
            }

            // Memory takes all at once: less is a fault.
            if (result != bytes.Length)
            {
                isBroken = true;
                throw new IOException("TLS: " + LibSsl.TakeError());
            }

            Drain();
        }
    }

    private async ValueTask WriteInStepsAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellation)
    {
        while (!buffer.IsEmpty)
        {
            var part = buffer[..Math.Min(buffer.Length, LargestStep)];
            await WriteAsync(part, cancellation).ConfigureAwait(false);
            buffer = buffer[part.Length..];
        }
    }

    // Under the gate: moves what OpenSSL wants sent into the pipe.
    private unsafe bool Drain()
    {
        var any = false;
        while (LibSsl.BIO_ctrl_pending(toSend) > 0)
        {
            var memory = output.GetSpan();
            fixed (byte* bytes = memory)
            {
                output.Advance(LibSsl.BIO_read(toSend, bytes, memory.Length));
            }

            any = true;
        }

        return any;
    }

    // False at the end of input.
    private async ValueTask<bool> ReceiveAsync(CancellationToken cancellation)
    {
        var read = await input.ReadAsync(cancellation).ConfigureAwait(false);
        if (read.Buffer.IsEmpty)
        {
            input.AdvanceTo(read.Buffer.End);
            return !read.IsCompleted;
        }

        var part = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, LargestStep));
        Feed(part);
        input.AdvanceTo(part.End);
        return true;
    }

    private unsafe void Feed(in ReadOnlySequence<byte> bytes)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(connection.IsClosed, this);
            foreach (var segment in bytes)
            {
                fixed (byte* start = segment.Span)
                {
                    _ = LibSsl.BIO_write(received, start, segment.Length);
                }
            }
        }
    }

    // So that a reader need not hold a buffer while the connection is idle.
    private async ValueTask WaitForBytesAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(connection.IsClosed, this);
            if (LibSsl.SSL_has_pending(connection) == 1 || LibSsl.BIO_ctrl_pending(received) > 0)
            {
                return;
            }
        }

        var read = await input.ReadAsync(cancellation).ConfigureAwait(false);
        input.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
    }
}
