using Microsoft.Win32.SafeHandles;

namespace Ingress.Proxy.Tls.OpenSsl;

/// <summary>OpenSSL's object for one connection.</summary>
internal sealed class SslHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public SslHandle(nint connection)
        : base(ownsHandle: true)
        => SetHandle(connection);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibSsl.SSL_free(handle);
        return true;
    }
}
