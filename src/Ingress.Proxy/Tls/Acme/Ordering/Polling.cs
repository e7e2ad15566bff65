using Ingress.Proxy.Tls.Acme.Client;

namespace Ingress.Proxy.Tls.Acme.Ordering;

/// <summary>The pauses between two looks at something that the authority works on: its Retry-After, else growing ones.</summary>
internal sealed class Polling(TimeProvider time, TimeSpan limit)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(2);

    private readonly DateTimeOffset end = time.GetUtcNow() + limit;
    private TimeSpan next = First;

    /// <summary>Waits before the next look.</summary>
    /// <exception cref="AcmeException">The time is over, or the authority asks for more patience than an order has; the next one then comes no earlier.</exception>
    public async Task PauseAsync(AcmeReply reply, string subject, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (now >= end)
        {
            throw new AcmeException($"{subject}: still not finished after {limit.TotalSeconds:0} s");
        }

        var pause = next;
        if (reply.RetryAt is { } asked && asked > now)
        {
            pause = asked - now;
            if (pause > LongestAsked)
            {
                throw new AcmeException($"{subject}: still not finished, and the authority asks to come back in {pause.TotalMinutes:0} minutes") { NotBefore = asked };
            }
        }

        next = next * 1.5 < Longest ? next * 1.5 : Longest;
        await Task.Delay(pause, time, cancellation);
    }
}
