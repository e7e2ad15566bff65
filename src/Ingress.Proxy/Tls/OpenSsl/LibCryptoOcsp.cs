using System.Runtime.InteropServices;

namespace Ingress.Proxy.Tls.OpenSsl;

/// <summary>What is used of OpenSSL's OCSP, under its own names.</summary>
internal static unsafe partial class LibCryptoOcsp
{
    /// <summary>The certificates given are trusted as signers.</summary>
    public const ulong TrustOther = 0x200;

    private const string Crypto = "libcrypto.so.3";

    [LibraryImport(Crypto)]
    public static partial nint OCSP_REQUEST_new();

    [LibraryImport(Crypto)]
    public static partial void OCSP_REQUEST_free(nint request);

    [LibraryImport(Crypto)]
    public static partial nint OCSP_cert_to_id(nint digest, nint subject, nint issuer);

    [LibraryImport(Crypto)]
    public static partial void OCSP_CERTID_free(nint id);

    [LibraryImport(Crypto)]
    public static partial nint OCSP_request_add0_id(nint request, nint id);

    [LibraryImport(Crypto)]
    public static partial int i2d_OCSP_REQUEST(nint request, byte** der);

    [LibraryImport(Crypto)]
    public static partial nint d2i_OCSP_RESPONSE(nint reuse, byte** der, nint length);

    [LibraryImport(Crypto)]
    public static partial void OCSP_RESPONSE_free(nint response);

    [LibraryImport(Crypto)]
    public static partial int OCSP_response_status(nint response);

    [LibraryImport(Crypto)]
    public static partial nint OCSP_response_get1_basic(nint response);

    [LibraryImport(Crypto)]
    public static partial void OCSP_BASICRESP_free(nint basic);

    [LibraryImport(Crypto)]
    public static partial int OCSP_basic_verify(nint basic, nint certificates, nint store, ulong flags);

    [LibraryImport(Crypto)]
    public static partial int OCSP_resp_find_status(nint basic, nint id, int* status, int* reason, nint* revoked, nint* thisUpdate, nint* nextUpdate);

    [LibraryImport(Crypto)]
    public static partial int ASN1_TIME_diff(int* days, int* seconds, nint from, nint to);

    [LibraryImport(Crypto)]
    public static partial nint X509_STORE_new();

    [LibraryImport(Crypto)]
    public static partial void X509_STORE_free(nint store);

    [LibraryImport(Crypto)]
    public static partial nint OPENSSL_sk_new_null();

    [LibraryImport(Crypto)]
    public static partial int OPENSSL_sk_push(nint stack, nint item);

    [LibraryImport(Crypto)]
    public static partial void OPENSSL_sk_free(nint stack);
}
