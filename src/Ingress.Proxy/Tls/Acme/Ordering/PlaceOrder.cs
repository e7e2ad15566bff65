using System.Net;
using System.Text.Json.Nodes;
using Ingress.Proxy.Tls.Acme.Client;

namespace Ingress.Proxy.Tls.Acme.Ordering;

/// <summary>Asks for the order.</summary>
internal sealed class PlaceOrder : IOrderState
{
    public async Task<IOrderState?> RunAsync(OrderRun run, CancellationToken cancellation)
    {
        var directory = await run.Client.DirectoryAsync(cancellation);
        var names = new JsonArray([.. run.Names.Select(Identifier)]);
        var payload = new JsonObject { ["identifiers"] = names };
        if (run.Options.Profile.Length > 0)
        {
            payload["profile"] = run.Options.Profile;
        }

        if (run.Replaces is not null && directory.RenewalInfo is not null)
        {
            payload["replaces"] = run.Replaces;
        }

        AcmeReply reply;
        try
        {
            (run.Order, reply) = await run.Client.PostOrderAsync(directory.NewOrder, payload, cancellation);
        }
        catch (AcmeProblemException refusal) when (payload.ContainsKey("replaces") && refusal.Problem.Kind is "alreadyReplaced" or "malformed" or "notFound")
        {
            // The link to the old certificate is a courtesy; the order goes without it where the authority has other ideas.
            payload.Remove("replaces");
            (run.Order, reply) = await run.Client.PostOrderAsync(directory.NewOrder, payload, cancellation);
        }

        return run.Order.Status switch
        {
            "pending" => new ProveControl(),
            "ready" => new FinalizeOrder(),
            "processing" => new AwaitCertificate(reply),
            "valid" => throw new AcmeException("the authority handed out an order that is finished already"),
            _ => throw new AcmeException($"the authority refused the order: {run.Order.Problem?.ToString() ?? run.Order.Status}"),
        };
    }

    private static JsonObject Identifier(string name) => new() { ["type"] = IPAddress.TryParse(name, out _) ? "ip" : "dns", ["value"] = name };
}
