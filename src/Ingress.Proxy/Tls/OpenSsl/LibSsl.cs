using System.Runtime.InteropServices;

namespace Ingress.Proxy.Tls.OpenSsl;

/// <summary>
/// What is used of OpenSSL 3, under its own names. The framework loads the same library, so there is one copy in the process. Pointers are not checked here:
/// <see cref="TlsContext"/>, <see cref="TlsConnection"/> and <see cref="TicketKeys"/> are the only callers.
/// </summary>
internal static unsafe partial class LibSsl
{
    public const int ControlMode = 33;
    public const int ControlSessionCacheMode = 44;
    public const int ControlExtraChainCertificate = 14;
    public const int ControlStatusCallback = 63;
    public const int ControlStatusArgument = 64;
    public const int ControlStatusResponse = 71;
    public const int ControlGroupsList = 92;
    public const int ControlMinVersion = 123;
    public const int ControlMaxVersion = 124;
    public const ulong NoCompression = 1UL << 17;
    public const ulong NoTicket = 1UL << 14;
    public const ulong ServerPreference = 1UL << 22;
    public const ulong PrioritizeChaCha = 1UL << 21;
    public const ulong NoRenegotiation = 1UL << 30;
    public const int ModeMovingWriteBuffer = 2;
    public const int ModeNoAutomaticChain = 8;
    public const int ModeReleaseBuffers = 16;
    public const int VerifyNone = 0;
    public const int VerifyPeer = 1;
    public const int VerifyFailIfNone = 2;
    public const ulong PartialChain = 0x80000;
    public const int ErrorWantRead = 2;
    public const int ErrorZeroReturn = 6;
    public const int OwnData = 0;
    public const int CallbackOk = 0;
    public const int CallbackAlertFatal = 2;
    public const int CallbackNoAcknowledgement = 3;
    private const string Ssl = "libssl.so.3";
    private const string Crypto = "libcrypto.so.3";

    [LibraryImport(Ssl)]
    public static partial nint TLS_server_method();

    [LibraryImport(Ssl)]
    public static partial nint SSL_CTX_new(nint method);

    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_free(nint context);

    [LibraryImport(Ssl)]
    public static partial nint SSL_CTX_ctrl(nint context, int command, nint number, nint pointer);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8, EntryPoint = "SSL_CTX_ctrl")]
    public static partial nint SSL_CTX_ctrl_text(nint context, int command, nint number, string text);

    [LibraryImport(Ssl)]
    public static partial nint SSL_CTX_callback_ctrl(nint context, int command, nint callback);

    [LibraryImport(Ssl)]
    public static partial ulong SSL_CTX_set_options(nint context, ulong options);

    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_set_security_level(nint context, int level);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SSL_CTX_set_cipher_list(nint context, string list);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SSL_CTX_set_ciphersuites(nint context, string list);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OPENSSL_cipher_name(string standardName);

    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_set_session_id_context(nint context, byte* id, uint length);

    [LibraryImport(Ssl)]
    public static partial nint SSL_CTX_set_timeout(nint context, nint seconds);

    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_set_num_tickets(nint context, nuint count);

    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_set_tlsext_ticket_key_evp_cb(nint context, delegate* unmanaged<nint, byte*, byte*, nint, nint, int, int> callback);

    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_set_ex_data(nint context, int index, nint data);

    [LibraryImport(Ssl)]
    public static partial nint SSL_CTX_get_ex_data(nint context, int index);

    [LibraryImport(Ssl)]
    public static partial nint SSL_get_SSL_CTX(nint connection);

    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_set_session_ticket_cb(nint context, delegate* unmanaged<nint, nint, int> generate, nint decrypt, nint argument);

    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_set_alpn_select_cb(nint context, delegate* unmanaged<nint, byte**, byte*, byte*, uint, nint, int> callback, nint argument);

    [LibraryImport(Ssl)]
    public static partial int SSL_select_next_proto(byte** chosen, byte* chosenLength, byte* server, uint serverLength, byte* client, uint clientLength);

    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_use_certificate(nint context, nint certificate);

    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_use_PrivateKey(nint context, nint key);

    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_set_verify(nint context, int mode, nint callback);

    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_set_cert_verify_callback(nint context, delegate* unmanaged<nint, nint, int> callback, nint argument);

    [LibraryImport(Ssl)]
    public static partial nint SSL_CTX_get_cert_store(nint context);

    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_add_client_CA(nint context, nint certificate);

    [LibraryImport(Ssl)]
    public static partial nint SSL_new(TlsContext context);

    [LibraryImport(Ssl)]
    public static partial void SSL_free(nint connection);

    [LibraryImport(Ssl)]
    public static partial void SSL_set_bio(SslHandle connection, nint input, nint output);

    [LibraryImport(Ssl)]
    public static partial void SSL_set_accept_state(SslHandle connection);

    [LibraryImport(Ssl)]
    public static partial int SSL_do_handshake(SslHandle connection);

    [LibraryImport(Ssl)]
    public static partial int SSL_read(SslHandle connection, byte* buffer, int length);

    [LibraryImport(Ssl)]
    public static partial int SSL_write(SslHandle connection, byte* buffer, int length);

    [LibraryImport(Ssl)]
    public static partial int SSL_shutdown(SslHandle connection);

    [LibraryImport(Ssl)]
    public static partial int SSL_has_pending(SslHandle connection);

    [LibraryImport(Ssl)]
    public static partial int SSL_get_error(SslHandle connection, int result);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8, EntryPoint = "SSL_ctrl")]
    public static partial nint SSL_ctrl_text(SslHandle connection, int command, nint number, string text);

    [LibraryImport(Ssl)]
    public static partial int SSL_version(SslHandle connection);

    [LibraryImport(Ssl)]
    public static partial int SSL_session_reused(SslHandle connection);

    [LibraryImport(Ssl)]
    public static partial nint SSL_get_current_cipher(SslHandle connection);

    [LibraryImport(Ssl)]
    public static partial ushort SSL_CIPHER_get_protocol_id(nint cipher);

    [LibraryImport(Ssl)]
    public static partial void SSL_get0_alpn_selected(SslHandle connection, byte** protocol, uint* length);

    [LibraryImport(Ssl)]
    public static partial nint SSL_get1_peer_certificate(SslHandle connection);

    [LibraryImport(Ssl)]
    public static partial nint SSL_get_peer_cert_chain(nint connection);

    [LibraryImport(Ssl)]
    public static partial nint SSL_get_session(nint connection);

    [LibraryImport(Ssl)]
    public static partial nint SSL_ctrl(nint connection, int command, nint number, nint pointer);

    [LibraryImport(Ssl)]
    public static partial int SSL_SESSION_set1_ticket_appdata(nint session, byte* data, nuint length);

    [LibraryImport(Ssl)]
    public static partial int SSL_SESSION_get0_ticket_appdata(nint session, byte** data, nuint* length);

    [LibraryImport(Crypto)]
    public static partial nint BIO_s_mem();

    [LibraryImport(Crypto)]
    public static partial nint BIO_new(nint method);

    [LibraryImport(Crypto)]
    public static partial int BIO_read(nint bio, byte* buffer, int length);

    [LibraryImport(Crypto)]
    public static partial int BIO_write(nint bio, byte* buffer, int length);

    [LibraryImport(Crypto)]
    [SuppressGCTransition]
    public static partial nuint BIO_ctrl_pending(nint bio);

    [LibraryImport(Crypto)]
    [SuppressGCTransition]
    public static partial void ERR_clear_error();

    [LibraryImport(Crypto)]
    public static partial nuint ERR_get_error();

    [LibraryImport(Crypto)]
    public static partial nint ERR_reason_error_string(nuint error);

    [LibraryImport(Crypto)]
    public static partial nint d2i_X509(nint reuse, byte** der, nint length);

    [LibraryImport(Crypto)]
    public static partial int i2d_X509(nint certificate, byte** der);

    [LibraryImport(Crypto)]
    public static partial void X509_free(nint certificate);

    [LibraryImport(Crypto)]
    public static partial nint d2i_AutoPrivateKey(nint reuse, byte** der, nint length);

    [LibraryImport(Crypto)]
    public static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Crypto)]
    public static partial int X509_STORE_add_cert(nint store, nint certificate);

    [LibraryImport(Crypto)]
    public static partial int X509_STORE_set_flags(nint store, ulong flags);

    [LibraryImport(Crypto)]
    public static partial int OPENSSL_sk_num(nint stack);

    [LibraryImport(Crypto)]
    public static partial nint OPENSSL_sk_value(nint stack, int index);

    [LibraryImport(Crypto, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint EVP_CIPHER_fetch(nint library, string name, nint properties);

    [LibraryImport(Crypto)]
    public static partial int EVP_EncryptInit_ex(nint context, nint cipher, nint engine, byte* key, byte* vector);

    [LibraryImport(Crypto)]
    public static partial int EVP_DecryptInit_ex(nint context, nint cipher, nint engine, byte* key, byte* vector);

    [LibraryImport(Crypto)]
    public static partial int EVP_MAC_CTX_set_params(nint context, Parameter* parameters);

    [LibraryImport(Crypto)]
    public static partial int RAND_bytes(byte* buffer, int length);

    [LibraryImport(Crypto)]
    public static partial nint CRYPTO_malloc(nuint size, nint file, int line);

    /// <summary>OpenSSL's oldest complaint on this thread in words.</summary>
    public static string TakeError()
    {
        var error = ERR_get_error();
        ERR_clear_error();
        return error == 0 ? "no reason given" : Marshal.PtrToStringUTF8(ERR_reason_error_string(error)) ?? $"OpenSSL error {error:x}";
    }

    /// <summary>OpenSSL's <c>OSSL_PARAM</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Parameter
    {
        /// <summary>Its name, ended by a zero byte; null ends a list.</summary>
        public byte* Name;

        /// <summary>4 for text, 5 for bytes.</summary>
        public uint Type;

        /// <summary>The value.</summary>
        public void* Data;

        /// <summary>The value's length.</summary>
        public nuint Size;

        /// <summary>For answers; all ones where there is none.</summary>
        public nuint Returned;
    }
}
