using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Middlewares.RateLimiting;

/// <summary>The measures of the buckets of one rate limit.</summary>
/// <param name="Rate">Tokens a second; 0 for no limit.</param>
/// <param name="Burst">Tokens that a full bucket holds.</param>
/// <param name="LongestWait">The longest wait for a token that is waited for.</param>
/// <param name="Idle">Seconds after which an unused bucket is forgotten, and so full again.</param>
internal sealed record TokenBucket(double Rate, long Burst, GoDuration LongestWait, long Idle)
{
    private const long Second = 1_000_000_000;

    /// <summary>The measures that the options ask for.</summary>
    public static TokenBucket Of(RateLimitOptions options)
    {
        if (options.Period < GoDuration.Zero)
        {
            throw new ConfigurationException($"negative value not valid for period: {options.Period}");
        }

        var burst = Math.Max(1, options.Burst);
        if (options.Average <= 0)
        {
            return new TokenBucket(0, burst, GoDuration.Zero, 0);
        }

        var period = options.Period == GoDuration.Zero ? Second : options.Period.Nanoseconds;
        var rate = options.Average * (double)Second / period;

        // Half of the time between two tokens; for slow rates that would be a wait that nobody has patience for.
        var wait = rate < 1 ? Second / 2 : Second / (2 * (long)rate);
        return new TokenBucket(rate, burst, new GoDuration(wait), rate < 1 ? 1 + (long)(1 / rate) : 2);
    }
}
