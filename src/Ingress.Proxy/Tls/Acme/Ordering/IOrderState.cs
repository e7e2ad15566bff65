namespace Ingress.Proxy.Tls.Acme.Ordering;

/// <summary>One step of an order. It does its work and names the next step; null ends the order.</summary>
internal interface IOrderState
{
    Task<IOrderState?> RunAsync(OrderRun run, CancellationToken cancellation);
}
