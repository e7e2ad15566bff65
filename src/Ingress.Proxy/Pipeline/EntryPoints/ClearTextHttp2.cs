using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>
/// HTTP/2 with prior knowledge beside HTTP/1 on one clear-text port. Kestrel chooses HTTP/2 there only where TLS agreed on it, so the connection is marked as if
/// it had; whether it really is TLS stands in <see cref="ConnectionState"/>.
/// </summary>
internal sealed class ClearTextHttp2 : ITlsApplicationProtocolFeature, ITlsConnectionFeature
{
    private static readonly byte[] Http2 = "h2"u8.ToArray();

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ApplicationProtocol => Http2;

    /// <inheritdoc/>
    public X509Certificate2? ClientCertificate { get; set; }

    /// <inheritdoc/>
    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult<X509Certificate2?>(null);

    /// <summary>Makes Kestrel speak HTTP/2 on this connection.</summary>
    public static void Mark(ConnectionContext connection)
    {
        var mark = new ClearTextHttp2();
        connection.Features.Set<ITlsApplicationProtocolFeature>(mark);
        connection.Features.Set<ITlsConnectionFeature>(mark);
    }
}
