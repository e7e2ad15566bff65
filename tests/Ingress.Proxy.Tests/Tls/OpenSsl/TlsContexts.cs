using Ingress.Proxy.Tls;
using Ingress.Proxy.Tls.OpenSsl;

namespace Ingress.Proxy.Tests.Tls.OpenSsl;

/// <summary>Contexts as the default options make them, but for what a test is about.</summary>
internal static class TlsContexts
{
    public static TlsContext Of(ServedCertificate certificate, ClientCertificateDemand? client = null, TicketKeys? keys = null)
    {
        var settings = new TlsSettings
        {
            MinVersion = TlsSettings.Version12,
            MaxVersion = TlsSettings.Version13,
            CipherList = "ECDHE+AESGCM",
            Groups = "X25519:P-256",
            ApplicationProtocols = [],
            AllowTickets = true,
            Client = client,
        };
        return new TlsContext(settings, certificate, keys);
    }
}
