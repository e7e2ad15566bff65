using Ingress.Proxy.Tls.Acme.Client;

namespace Ingress.Proxy.Tls.Acme.Ordering;

/// <summary>Waits until the authority has made the certificate.</summary>
/// <param name="last">The answer that said so; where it asks for a wait, that comes before the first look.</param>
internal sealed class AwaitCertificate(AcmeReply last) : IOrderState
{
    public async Task<IOrderState?> RunAsync(OrderRun run, CancellationToken cancellation)
    {
        var limit = run.Options.CertificateTimeout.ToTimeSpan();
        var polling = new Polling(run.Time, limit);
        var subject = run.Names[0] + " (certificateTimeout)";
        if (last.RetryAt is not null)
        {
            await polling.PauseAsync(last, subject, cancellation);
        }

        while (true)
        {
            var (order, reply) = await run.Client.PostOrderAsync(run.Order!.Url, null, cancellation);
            run.Order = order;
            switch (order.Status)
            {
                case "valid" when order.Certificate is not null:
                    return new CollectCertificate();
                case "invalid":
                    throw order.Problem is { } problem ? new AcmeProblemException(problem, "the order failed: ") : new AcmeException("the order failed without a reason");
                default:
                    await polling.PauseAsync(reply, subject, cancellation);
                    break;
            }
        }
    }
}
