using System.Buffers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Ingress.Proxy.Tls.OpenSsl;

/// <summary>What a handshake needs next.</summary>
internal enum TlsStep
{
    /// <summary>Nothing: both sides agree.</summary>
    Done,

    /// <summary>More from the client.</summary>
    NeedsInput,

    /// <summary>Nothing: there is no agreement.</summary>
    Failed,
}

/// <summary>
/// The server's side of TLS on one connection, on OpenSSL itself: bytes in, bytes out, no input or output of its own. The framework's TLS costs twice as much per
/// handshake, shares sessions between TLS options of one certificate, forgets them where suites are chosen, and cannot send alerts. All members may be called from
/// any thread.
/// </summary>
internal sealed unsafe class TlsConnection : IDisposable
{
    // What OpenSSL wants to say on its own while nothing is written (answers to key updates); a client that makes it more is up to no good.
    private const nuint MostUnsent = 64 * 1024;

    // Those of certificates that are in use.
    private const string CertificateGroups = "P-256:P-384:P-521";
    private readonly TlsContext context;
    private readonly SslHandle connection;
    private readonly nint received;
    private readonly nint toSend;
    private readonly Lock gate = new();
    private bool isBroken;

    public TlsConnection(TlsContext context)
    {
        this.context = context;
        connection = context.NewConnection();
        received = LibSsl.BIO_new(LibSsl.BIO_s_mem());
        toSend = LibSsl.BIO_new(LibSsl.BIO_s_mem());
        LibSsl.SSL_set_bio(connection, received, toSend);
        LibSsl.SSL_set_accept_state(connection);
    }

    /// <summary>The version agreed on; none before that.</summary>
    public SslProtocols Protocol { get; private set; }

    /// <summary>The suite agreed on.</summary>
    public TlsCipherSuite CipherSuite { get; private set; }

    /// <summary>The application protocol agreed on; empty without one.</summary>
    public byte[] ApplicationProtocol { get; private set; } = [];

    /// <summary>Whether HTTP follows, as it does where no application protocol was agreed on: an operator may offer others, for TCP routers.</summary>
    public bool IsHttp => ApplicationProtocol.Length == 0 || ApplicationProtocol == Http2 || ApplicationProtocol == Http11;

    /// <summary>The client's certificate and the chain that it sent; empty without one.</summary>
    public IReadOnlyList<X509Certificate2> ClientCertificates { get; private set; } = [];

    /// <summary>Whether a returning client's session was taken up.</summary>
    public bool IsResumed { get; private set; }

    /// <summary>Whether there is something to decrypt already.</summary>
    public bool HasPending
    {
        get
        {
            lock (gate)
            {
                ObjectDisposedException.ThrowIf(connection.IsClosed, this);
                return LibSsl.SSL_has_pending(connection) == 1 || LibSsl.BIO_ctrl_pending(received) > 0;
            }
        }
    }

    /// <summary>Takes encrypted bytes of the client.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(connection.IsClosed, this);
            fixed (byte* start = bytes)
            {
                _ = LibSsl.BIO_write(received, start, bytes.Length);
            }
        }
    }

    /// <summary>Goes on with the handshake. Whatever the step is, what it has to say (<see cref="TakeFlight"/>) is to be sent: after a failure it is the alert.</summary>
    public TlsStep Advance(out string reason)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(connection.IsClosed, this);
            reason = "";
            LibSsl.ERR_clear_error();
            var result = LibSsl.SSL_do_handshake(connection);
            if (result == 1)
            {
                Describe();
                return TlsStep.Done;
            }

            if (LibSsl.SSL_get_error(connection, result) == LibSsl.ErrorWantRead)
            {
                // Before TLS 1.3 OpenSSL would hold the client's certificate to the groups of the key exchange, which is settled once it has been answered.
                if (context.AsksForCertificates && LibSsl.BIO_ctrl_pending(toSend) > 0 && LibSsl.SSL_version(connection) <= TlsSettings.Version12)
                {
                    LibSsl.SSL_ctrl_text(connection, LibSsl.ControlGroupsList, 0, CertificateGroups);
                }

                return TlsStep.NeedsInput;
            }

            isBroken = true;
            reason = LibSsl.TakeError();
            return TlsStep.Failed;
        }
    }

    /// <summary>Takes what the handshake has to say, as much as there is room for; 0 where nothing is left.</summary>
    public int TakeFlight(Span<byte> buffer)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(connection.IsClosed, this);

            // In TLS 1.3 only the ticket is left at the end; it goes along with the first answer.
            if (Protocol == SslProtocols.Tls13 || LibSsl.BIO_ctrl_pending(toSend) == 0)
            {
                return 0;
            }

            fixed (byte* bytes = buffer)
            {
                return LibSsl.BIO_read(toSend, bytes, buffer.Length);
            }
        }
    }

    /// <summary>Decrypts. The number of clear bytes; 0 at the end, and -1 where more has to be fed first.</summary>
    /// <exception cref="IOException">What the client sent is not TLS, or not unharmed.</exception>
    public int Decrypt(Span<byte> buffer)
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

    /// <summary>Encrypts.</summary>
    /// <exception cref="IOException">The connection has broken before.</exception>
    public void Encrypt(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
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

            Drain(output);
        }
    }

    /// <summary>Says that nothing more will be sent; false where there is nobody left to hear it.</summary>
    public bool SayGoodbye(IBufferWriter<byte> output)
    {
        lock (gate)
        {
            if (isBroken || connection.IsClosed)
            {
                return false;
            }

            LibSsl.ERR_clear_error();
            LibSsl.SSL_shutdown(connection);
            Drain(output);
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            connection.Dispose();
        }

        // The callbacks of OpenSSL use what the context owns.
        GC.KeepAlive(context);
    }

    // Under the gate.
    private void Drain(IBufferWriter<byte> output)
    {
        while (LibSsl.BIO_ctrl_pending(toSend) > 0)
        {
            var span = output.GetSpan();
            fixed (byte* bytes = span)
            {
                output.Advance(LibSsl.BIO_read(toSend, bytes, span.Length));
            }
        }
    }

    private void Describe()
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
}
