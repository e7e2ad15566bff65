using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ingress.Proxy.Tls.OpenSsl;

/// <summary>One certificate's question to its authority's OCSP responder (RFC 6960), and the check of the answer.</summary>
internal sealed unsafe class OcspQuestion : IDisposable
{
    private const int Revoked = 1;
    private readonly nint leaf;
    private readonly nint issuer;

    public OcspQuestion(X509Certificate2 leaf, X509Certificate2 issuer)
    {
        this.leaf = ToNative(leaf);
        this.issuer = ToNative(issuer);
    }

    /// <summary>The question as it is sent.</summary>
    public byte[] Encode()
    {
        var request = LibCryptoOcsp.OCSP_REQUEST_new();
        try
        {
            // The request owns the id.
            LibCryptoOcsp.OCSP_request_add0_id(request, LibCryptoOcsp.OCSP_cert_to_id(0, leaf, issuer));
            var der = new byte[LibCryptoOcsp.i2d_OCSP_REQUEST(request, null)];
            fixed (byte* bytes = der)
            {
                var at = bytes;
                _ = LibCryptoOcsp.i2d_OCSP_REQUEST(request, &at);
            }

            return der;
        }
        finally
        {
            LibCryptoOcsp.OCSP_REQUEST_free(request);
        }
    }

    /// <summary>What a responder says.</summary>
    /// <exception cref="CryptographicException">It is no answer to this question, or not signed by the authority or on its behalf.</exception>
    public OcspAnswer Read(byte[] der)
    {
        LibSsl.ERR_clear_error();
        nint response, basic = 0;
        fixed (byte* bytes = der)
        {
            var at = bytes;
            response = LibCryptoOcsp.d2i_OCSP_RESPONSE(0, &at, der.Length);
        }

        try
        {
            if (response == 0)
            {
                throw new CryptographicException("not an OCSP answer");
            }

            if (LibCryptoOcsp.OCSP_response_status(response) is not 0 and var status)
            {
                throw new CryptographicException($"the responder refused with status {status}");
            }

            basic = LibCryptoOcsp.OCSP_response_get1_basic(response);
            if (basic == 0 || !IsSigned(basic))
            {
                throw new CryptographicException($"the answer's signature does not hold: {LibSsl.TakeError()}");
            }

            return Find(basic);
        }
        finally
        {
            LibCryptoOcsp.OCSP_BASICRESP_free(basic);
            LibCryptoOcsp.OCSP_RESPONSE_free(response);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        LibSsl.X509_free(leaf);
        LibSsl.X509_free(issuer);
    }

    private bool IsSigned(nint basic)
    {
        var store = LibCryptoOcsp.X509_STORE_new();
        var stack = LibCryptoOcsp.OPENSSL_sk_new_null();
        try
        {
            return LibSsl.X509_STORE_add_cert(store, issuer) == 1
                && LibSsl.X509_STORE_set_flags(store, LibSsl.PartialChain) == 1
                && LibCryptoOcsp.OPENSSL_sk_push(stack, issuer) == 1
                && LibCryptoOcsp.OCSP_basic_verify(basic, stack, store, LibCryptoOcsp.TrustOther) == 1;
        }
        finally
        {
            LibCryptoOcsp.OPENSSL_sk_free(stack);
            LibCryptoOcsp.X509_STORE_free(store);
        }
    }

    private OcspAnswer Find(nint basic)
    {
        var id = LibCryptoOcsp.OCSP_cert_to_id(0, leaf, issuer);
        try
        {
            int status, reason;
            nint revoked, thisUpdate, nextUpdate;
            if (LibCryptoOcsp.OCSP_resp_find_status(basic, id, &status, &reason, &revoked, &thisUpdate, &nextUpdate) != 1)
            {
                throw new CryptographicException("the answer is about another certificate");
            }

            return new OcspAnswer(status == Revoked, FromNow(thisUpdate), nextUpdate == 0 ? null : FromNow(nextUpdate));
        }
        finally
        {
            LibCryptoOcsp.OCSP_CERTID_free(id);
        }
    }

    private static TimeSpan FromNow(nint time)
    {
        int days, seconds;
        return LibCryptoOcsp.ASN1_TIME_diff(&days, &seconds, 0, time) == 1
            ? TimeSpan.FromDays(days) + TimeSpan.FromSeconds(seconds)
            : throw new CryptographicException("the answer has an unreadable time");
    }

    private static nint ToNative(X509Certificate2 certificate)
    {
        var der = certificate.RawData;
        fixed (byte* bytes = der)
        {
            var at = bytes;
            return LibSsl.d2i_X509(0, &at, der.Length);
        }
    }
}

/// <summary>A responder's answer about one certificate.</summary>
/// <param name="IsRevoked">Whether the authority has revoked it.</param>
/// <param name="Since">When it was written, from now: negative.</param>
/// <param name="Until">When there will be a newer one, from now; null where the responder does not say.</param>
internal sealed record OcspAnswer(bool IsRevoked, TimeSpan Since, TimeSpan? Until);
