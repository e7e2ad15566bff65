using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Win32.SafeHandles;

namespace Ingress.Proxy.Tls.OpenSsl;

/// <summary>One set of TLS options with one certificate, ready for handshakes: OpenSSL's <c>SSL_CTX</c>.</summary>
internal sealed unsafe class TlsContext : SafeHandleZeroOrMinusOneIsInvalid
{
    // A ticket is taken for as long as its key may be.
    private static readonly TimeSpan SessionLife = TicketKeys.Life;

    // Clients' chains are a few certificates; what is larger is not worth a ticket of that size.
    private const int LargestChain = 12 * 1024;
    private readonly GCHandle staple;
    private readonly GCHandle ticketKeys;
    private nint protocols;

    /// <param name="settings">The options.</param>
    /// <param name="certificate">The certificate.</param>
    /// <param name="tickets">The keys of session tickets. Default: those of the process.</param>
    /// <exception cref="AuthenticationException">OpenSSL does not take the certificate, its key or the options.</exception>
    public TlsContext(TlsSettings settings, ServedCertificate certificate, TicketKeys? tickets = null)
        : base(ownsHandle: true)
    {
        LibSsl.ERR_clear_error();
        SetHandle(LibSsl.SSL_CTX_new(LibSsl.TLS_server_method()));
        staple = GCHandle.Alloc(certificate.Staple);
        ticketKeys = GCHandle.Alloc(tickets ?? TicketKeys.Shared);
        AsksForCertificates = settings.Client is not null;
        SetProtocol(settings);
        SetSessions(settings);
        SetAlpn(settings.ApplicationProtocols);
        SetClientCertificates(settings);
        SetCertificate(certificate);
    }

    /// <summary>Whether clients are asked for certificates.</summary>
    public bool AsksForCertificates { get; }

    /// <summary>A new connection's object.</summary>
    public SslHandle NewConnection() => new(LibSsl.SSL_new(this));

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibSsl.SSL_CTX_free(handle);
        NativeMemory.Free((void*)protocols);
        staple.Free();
        ticketKeys.Free();
        return true;
    }

    private void SetProtocol(TlsSettings settings)
    {
        var options = LibSsl.NoCompression | LibSsl.NoRenegotiation | LibSsl.ServerPreference | LibSsl.PrioritizeChaCha;
        LibSsl.SSL_CTX_set_options(handle, settings.AllowTickets ? options : options | LibSsl.NoTicket);

        // Without ModeNoAutomaticChain OpenSSL would look in each handshake for a chain of its own, and find one among the authorities for clients.
        LibSsl.SSL_CTX_ctrl(handle, LibSsl.ControlMode, LibSsl.ModeMovingWriteBuffer | LibSsl.ModeReleaseBuffers | LibSsl.ModeNoAutomaticChain, 0);
        Check(LibSsl.SSL_CTX_ctrl(handle, LibSsl.ControlMinVersion, settings.MinVersion, 0) == 1, "minVersion");
        Check(LibSsl.SSL_CTX_ctrl(handle, LibSsl.ControlMaxVersion, settings.MaxVersion, 0) == 1, "maxVersion");
        if (settings.MinVersion < TlsSettings.Version12)
        {
            // The old versions sign with SHA-1, which OpenSSL takes at this level only; the operator has asked for them by name.
            LibSsl.SSL_CTX_set_security_level(handle, 0);
        }

        Check(settings.CipherList.Length == 0 || LibSsl.SSL_CTX_set_cipher_list(handle, settings.CipherList) == 1, "cipherSuites");
        Check(LibSsl.SSL_CTX_set_ciphersuites(handle, TlsSettings.Suites13) == 1, "cipherSuites");
        Check(LibSsl.SSL_CTX_ctrl_text(handle, LibSsl.ControlGroupsList, 0, settings.Groups) == 1, "curvePreferences");
    }

    // Nothing is kept here for returning clients: all is in their tickets. Tickets made under other options are not taken, and a full handshake follows.
    private void SetSessions(TlsSettings settings)
    {
        LibSsl.SSL_CTX_ctrl(handle, LibSsl.ControlSessionCacheMode, 0, 0);
        fixed (byte* id = settings.SessionContext)
        {
            Check(LibSsl.SSL_CTX_set_session_id_context(handle, id, (uint)settings.SessionContext.Length) == 1, "session context");
        }

        LibSsl.SSL_CTX_set_timeout(handle, (nint)SessionLife.TotalSeconds);
        Check(LibSsl.SSL_CTX_set_num_tickets(handle, settings.AllowTickets ? 1u : 0u) == 1, "number of tickets");
        Check(LibSsl.SSL_CTX_set_ex_data(handle, LibSsl.OwnData, GCHandle.ToIntPtr(ticketKeys)) == 1, "ticket keys");
        Check(LibSsl.SSL_CTX_set_tlsext_ticket_key_evp_cb(handle, TicketKeys.Callback) == 1, "ticket keys");
    }

    private void SetAlpn(IReadOnlyList<byte[]> offered)
    {
        if (offered.Count == 0)
        {
            return;
        }

        var length = offered.Sum(protocol => protocol.Length + 1);
        var memory = (byte*)NativeMemory.Alloc((nuint)(length + sizeof(int)));
        *(int*)memory = length;
        var at = memory + sizeof(int);
        foreach (var protocol in offered)
        {
            *at++ = (byte)protocol.Length;
            protocol.CopyTo(new Span<byte>(at, protocol.Length));
            at += protocol.Length;
        }

        protocols = (nint)memory;
        LibSsl.SSL_CTX_set_alpn_select_cb(handle, &OnAlpn, protocols);
    }

    private void SetClientCertificates(TlsSettings settings)
    {
        if (settings.Client is not { } client)
        {
            return;
        }

        LibSsl.SSL_CTX_set_verify(handle, LibSsl.VerifyPeer | (client.MustBeGiven ? LibSsl.VerifyFailIfNone : 0), 0);
        Check(LibSsl.SSL_CTX_set_session_ticket_cb(handle, &OnNewTicket, 0, 0) == 1, "ticket data");
        if (!client.MustBeTrusted)
        {
            LibSsl.SSL_CTX_set_cert_verify_callback(handle, &OnAnyClient, 0);
        }

        // As in Go, an intermediate authority that is trusted is the end of the chain.
        var store = LibSsl.SSL_CTX_get_cert_store(handle);
        Check(LibSsl.X509_STORE_set_flags(store, LibSsl.PartialChain) == 1, "verification flags");
        foreach (var authority in client.Authorities)
        {
            var native = ToNative(authority.RawDataMemory.Span);
            var isTaken = LibSsl.X509_STORE_add_cert(store, native) == 1 && LibSsl.SSL_CTX_add_client_CA(handle, native) == 1;
            LibSsl.X509_free(native);
            Check(isTaken, "client authority");
        }
    }

    private void SetCertificate(ServedCertificate certificate)
    {
        var leaf = ToNative(certificate.Leaf.RawDataMemory.Span);
        var isTaken = LibSsl.SSL_CTX_use_certificate(handle, leaf) == 1;
        LibSsl.X509_free(leaf);
        Check(isTaken, "certificate");
        SetKey(certificate.Leaf);
        foreach (var link in certificate.Chain)
        {
            // OpenSSL owns what it has taken.
            if (ToNative(link.RawDataMemory.Span) is var native && LibSsl.SSL_CTX_ctrl(handle, LibSsl.ControlExtraChainCertificate, 0, native) != 1)
            {
                LibSsl.X509_free(native);
                Check(false, "certificate chain");
            }
        }

        LibSsl.SSL_CTX_callback_ctrl(handle, LibSsl.ControlStatusCallback, (nint)(delegate* unmanaged<nint, nint, int>)&OnStatus);
        LibSsl.SSL_CTX_ctrl(handle, LibSsl.ControlStatusArgument, 0, GCHandle.ToIntPtr(staple));
    }

    private void SetKey(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm? key = (AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey() ?? certificate.GetRSAPrivateKey();
        var der = key?.ExportPkcs8PrivateKey() ?? throw new AuthenticationException("the certificate's key is neither RSA nor elliptic");
        try
        {
            fixed (byte* bytes = der)
            {
                var at = bytes;
                var native = LibSsl.d2i_AutoPrivateKey(0, &at, der.Length);
                var isTaken = native != 0 && LibSsl.SSL_CTX_use_PrivateKey(handle, native) == 1;
                LibSsl.EVP_PKEY_free(native);
                Check(isTaken, "private key");
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    private static nint ToNative(ReadOnlySpan<byte> der)
    {
        fixed (byte* bytes = der)
        {
            var at = bytes;
            var native = LibSsl.d2i_X509(0, &at, der.Length);
            Check(native != 0, "certificate");
            return native;
        }
    }

    private static void Check(bool isGood, string what)
    {
        if (!isGood)
        {
            throw new AuthenticationException($"OpenSSL does not take the {what}: {LibSsl.TakeError()}");
        }
    }

    [UnmanagedCallersOnly]
    private static int OnAlpn(nint connection, byte** chosen, byte* chosenLength, byte* offered, uint offeredLength, nint own)
    {
        const int Negotiated = 1;
        var ours = (byte*)own + sizeof(int);
        var ourLength = *(uint*)own;
        if (LibSsl.SSL_select_next_proto(chosen, chosenLength, ours, ourLength, offered, offeredLength) == Negotiated)
        {
            return LibSsl.CallbackOk;
        }

        // As in Go, where only HTTP/2 is offered an HTTP/1.1 client is served as if it had not asked.
        var isOlder = Lists(new(ours, (int)ourLength), SslApplicationProtocol.Http2) && Lists(new(offered, (int)offeredLength), SslApplicationProtocol.Http11);
        return isOlder ? LibSsl.CallbackNoAcknowledgement : LibSsl.CallbackAlertFatal;
    }

    // RFC 7301 section 3.1: each name after its length. OpenSSL has looked whether the client's are whole.
    private static bool Lists(ReadOnlySpan<byte> names, SslApplicationProtocol wanted)
    {
        for (; names.Length > 1; names = names[(names[0] + 1)..])
        {
            if (names.Slice(1, names[0]).SequenceEqual(wanted.Protocol.Span))
            {
                return true;
            }
        }

        return false;
    }

    [UnmanagedCallersOnly]
    private static int OnAnyClient(nint check, nint argument) => 1;

    // The ticket keeps the client's chain, which OpenSSL itself would forget.
    [UnmanagedCallersOnly]
    private static int OnNewTicket(nint connection, nint argument)
    {
        var stack = LibSsl.SSL_get_peer_cert_chain(connection);
        var count = stack == 0 ? 0 : LibSsl.OPENSSL_sk_num(stack);
        if (count <= 0)
        {
            return 1;
        }

        var buffer = stackalloc byte[LargestChain];
        var at = buffer;
        for (var index = 0; index < count; index++)
        {
            var certificate = LibSsl.OPENSSL_sk_value(stack, index);
            if (at + LibSsl.i2d_X509(certificate, null) > buffer + LargestChain)
            {
                return 1;
            }

            _ = LibSsl.i2d_X509(certificate, &at);
        }

        return LibSsl.SSL_SESSION_set1_ticket_appdata(LibSsl.SSL_get_session(connection), buffer, (nuint)(at - buffer));
    }

    [UnmanagedCallersOnly]
    private static int OnStatus(nint connection, nint argument)
    {
        if (((OcspStaple)GCHandle.FromIntPtr(argument).Target!).Current is not { } response)
        {
            return LibSsl.CallbackNoAcknowledgement;
        }

        var copy = LibSsl.CRYPTO_malloc((nuint)response.Length, 0, 0);
        if (copy == 0)
        {
            return LibSsl.CallbackNoAcknowledgement;
        }

        response.CopyTo(new Span<byte>((void*)copy, response.Length));
        LibSsl.SSL_ctrl(connection, LibSsl.ControlStatusResponse, response.Length, copy);
        return LibSsl.CallbackOk;
    }
}
