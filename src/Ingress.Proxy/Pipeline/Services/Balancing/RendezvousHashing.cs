using System.Text;

namespace Ingress.Proxy.Pipeline.Services.Balancing;

/// <summary>Sends each client address to the target with the highest hash of both (<c>hrw</c>): always the same one, and few clients move when targets change.</summary>
internal sealed class RendezvousHashing(BalancedTarget[] targets) : BalancingStrategy
{
    private readonly byte[][] names = Array.ConvertAll(targets, target => Encoding.UTF8.GetBytes(target.Name));

    /// <inheritdoc/>
    public override string Label => "HRW";

    /// <inheritdoc/>
    public override bool CanStick => false;

    /// <inheritdoc/>
    public override BalancedTarget? Next(RequestState request)
    {
        var client = Fnv.Add(Fnv.Start, request.PeerHost);
        BalancedTarget? best = null;
        var highest = 0f;
        for (var i = 0; i < targets.Length; i++)
        {
            if (!targets[i].IsAvailable)
            {
                continue;
            }

            var score = Score(Fnv.Add(client, names[i]), targets[i].Weight);
            if (best is null || score > highest)
            {
                best = targets[i];
                highest = score;
            }
        }

        return best;
    }

    // In Go's precision, so that clients stay where Traefik had sent them.
    private static float Score(ulong hash, int weight)
    {
        var share = (float)hash / (float)Math.Pow(2, 64);
        return (float)(1.0 / -Math.Log(share) * weight);
    }
}
