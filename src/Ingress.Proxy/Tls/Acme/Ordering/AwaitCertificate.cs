using Ingress.Proxy.Tls.Acme.Client;

namespace Ingress.Proxy.Tls.Acme.Ordering;

/// <summary>Waits until the authority has made the certificate.</summary>
internal sealed class AwaitCertificate : IOrderState
{
    public async Task<IOrderState?> RunAsync(OrderRun run, CancellationToken cancellation)
    {
        var limit = run.Options.CertificateTimeout.ToTimeSpan();
        var polling = new Polling(run.Time, limit);
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
                    await polling.PauseAsync(reply, run.Names[0] + " (certificateTimeout)", cancellation);
                    break;
            }
        }
    }
}
