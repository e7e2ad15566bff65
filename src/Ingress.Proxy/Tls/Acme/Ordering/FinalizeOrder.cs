using System.Text.Json.Nodes;
using Ingress.Proxy.Tls.Acme.Client;

namespace Ingress.Proxy.Tls.Acme.Ordering;

/// <summary>Hands the certificate request in.</summary>
internal sealed class FinalizeOrder : IOrderState
{
    public async Task<IOrderState?> RunAsync(OrderRun run, CancellationToken cancellation)
    {
        var request = run.Key.Request(run.Names, !run.Options.DisableCommonName, run.Options.EmailAddresses);
        var payload = new JsonObject { ["csr"] = Base64Url.Encode(request) };
        var polling = run.Poll();
        while (true)
        {
            try
            {
                var url = run.Order!.Url;
                var reply = await run.Client.PostAsync(run.Order.Finalize, payload.DeepClone(), cancellation);
                run.Order = AcmeOrder.Read(reply.Json(), url);
                return run.Order is { Status: "valid", Certificate: not null } ? new CollectCertificate() : new AwaitCertificate(reply);
            }
            catch (AcmeProblemException early) when (early.Problem.Kind == "orderNotReady")
            {
                // The authority may need a moment to see that the last name is proved.
                var (order, reply) = await run.Client.PostOrderAsync(run.Order!.Url, null, cancellation);
                if (order.Status is not ("pending" or "ready"))
                {
                    throw;
                }

                run.Order = order;
                await polling.PauseAsync(reply, run.Names[0], cancellation);
            }
        }
    }
}
