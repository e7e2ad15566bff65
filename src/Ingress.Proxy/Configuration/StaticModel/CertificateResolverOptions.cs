using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Tls.Acme;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>Where certificates are obtained (<c>certificatesResolvers.NAME</c>); exactly one of the kinds below.</summary>
[AllowEmpty]
public sealed record CertificateResolverOptions
{
    /// <summary>An authority that speaks ACME, such as Let's Encrypt. Default: none.</summary>
    public AcmeOptions? Acme { get; init; }

    /// <summary>The local Tailscale daemon, for <c>*.ts.net</c> names. Default: none.</summary>
    [AllowEmpty]
    public TailscaleResolverOptions? Tailscale { get; init; }
}

/// <summary>The local Tailscale daemon (<c>tailscale: {}</c>); it has no options.</summary>
public sealed record TailscaleResolverOptions;
