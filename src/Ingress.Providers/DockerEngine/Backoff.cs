namespace Ingress.Providers.DockerEngine;

/// <summary>Growing pauses with jitter between attempts, so that many proxies do not knock at once.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    private double next = first.TotalMilliseconds;

    /// <summary>The next pause, half to one and a half times as long as planned.</summary>
    public TimeSpan Next()
    {
        var pause = TimeSpan.FromMilliseconds(next * (0.5 + Random.Shared.NextDouble()));
        next = Math.Min(next * 1.5, longest.TotalMilliseconds);
        return pause;
    }

    /// <summary>Starts over after a success.</summary>
    public void Reset() => next = first.TotalMilliseconds;
}
