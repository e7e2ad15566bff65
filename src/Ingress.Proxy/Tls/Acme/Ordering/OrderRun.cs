using Ingress.Proxy.Tls.Acme.Challenges;
using Ingress.Proxy.Tls.Acme.Client;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls.Acme.Ordering;

/// <summary>
/// One order from the first request to the certificate: <see cref="PlaceOrder"/>, <see cref="ProveControl"/>, <see cref="FinalizeOrder"/>,
/// <see cref="AwaitCertificate"/>, <see cref="CollectCertificate"/>.
/// </summary>
internal sealed class OrderRun
{
    // Two minutes of validation are what public authorities take at worst; the rest is for their queues.
    private static readonly TimeSpan LongestValidation = TimeSpan.FromMinutes(5);

    public required AcmeClient Client { get; init; }

    public required AcmeOptions Options { get; init; }

    /// <summary>The names of the certificate, the common name first.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The key of the certificate.</summary>
    public required CertificateKey Key { get; init; }

    /// <summary>The challenges that may be used, the preferred first.</summary>
    public required IReadOnlyList<IChallenge> Challenges { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>The certificate that this one takes the place of (RFC 9773), or null.</summary>
    public string? Replaces { get; set; }

    /// <summary>The order as the authority last described it.</summary>
    public AcmeOrder? Order { get; set; }

    /// <summary>The certificate and its chain in PEM, once the order is through.</summary>
    public string? Chain { get; set; }

    /// <summary>Runs the order through all its states and gives the chain.</summary>
    public async Task<string> RunAsync(CancellationToken cancellation)
    {
        for (IOrderState? state = new PlaceOrder(); state is not null;)
        {
            state = await state.RunAsync(this, cancellation);
        }

        return Chain!;
    }

    public Polling Poll() => new(Time, LongestValidation);
}
