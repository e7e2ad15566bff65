using System.Security.Cryptography.X509Certificates;

namespace Ingress.Proxy.Tls.OpenSsl;

/// <summary>The certificates that a client sent.</summary>
internal static unsafe class PeerCertificates
{
    /// <summary>Its certificate first, then the chain; from the ticket where the session was resumed.</summary>
    public static IReadOnlyList<X509Certificate2> Of(SslHandle connection)
    {
        var leaf = LibSsl.SSL_get1_peer_certificate(connection);
        if (leaf == 0)
        {
            return [];
        }

        var certificates = new List<X509Certificate2> { Managed(leaf) };
        LibSsl.X509_free(leaf);
        var native = connection.DangerousGetHandle();
        var stack = LibSsl.SSL_get_peer_cert_chain(native);
        if (stack != 0)
        {
            for (var index = 0; index < LibSsl.OPENSSL_sk_num(stack); index++)
            {
                certificates.Add(Managed(LibSsl.OPENSSL_sk_value(stack, index)));
            }
        }
        else
        {
            AddKept(certificates, LibSsl.SSL_get_session(native));
        }

        GC.KeepAlive(connection);
        return certificates;
    }

    private static void AddKept(List<X509Certificate2> certificates, nint session)
    {
        byte* data;
        nuint length;
        if (session == 0 || LibSsl.SSL_SESSION_get0_ticket_appdata(session, &data, &length) != 1)
        {
            return;
        }

        var end = data + length;
        while (data < end)
        {
            var native = LibSsl.d2i_X509(0, &data, (nint)(end - data));
            if (native == 0)
            {
                return;
            }

            certificates.Add(Managed(native));
            LibSsl.X509_free(native);
        }
    }

    private static X509Certificate2 Managed(nint certificate)
    {
        var der = new byte[LibSsl.i2d_X509(certificate, null)];
        fixed (byte* bytes = der)
        {
            var at = bytes;
            _ = LibSsl.i2d_X509(certificate, &at);
        }

        return X509CertificateLoader.LoadCertificate(der);
    }
}
