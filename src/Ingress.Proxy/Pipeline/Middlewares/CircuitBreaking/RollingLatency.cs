using System.Numerics;

namespace Ingress.Proxy.Pipeline.Middlewares.CircuitBreaking;

/// <summary>How long answers took: a histogram from one microsecond to one hour, exact to two digits.</summary>
internal sealed class RollingLatency : Signal
{
    // Each power of two is cut into 64 steps; below 128 microseconds each value has its own.
    private const int StepBits = 6;
    private const int Steps = 1 << StepBits;
    private const long Longest = 3_600_000_000;
    private static readonly int Buckets = BucketOf(Longest) + 1;

    private readonly int[][] counts = [.. Enumerable.Range(0, Slots).Select(_ => new int[Buckets])];

    /// <inheritdoc/>
    public override void Record(long second, int status, TimeSpan latency)
    {
        var microseconds = Math.Clamp((long)latency.TotalMicroseconds, 1, Longest);
        Interlocked.Increment(ref counts[SlotOf(second)][BucketOf(microseconds)]);
    }

    /// <summary>The time, in whole milliseconds, within which this percentage of the answers came.</summary>
    public long Milliseconds(double percentage, long now)
    {
        long total = 0;
        Span<long> sums = stackalloc long[Buckets];
        sums.Clear();
        for (var slot = 0; slot < Slots; slot++)
        {
            if (!Counts(slot, now))
            {
                continue;
            }

            for (var bucket = 0; bucket < Buckets; bucket++)
            {
                var count = counts[slot][bucket];
                sums[bucket] += count;
                total += count;
            }
        }

        var wanted = Math.Max(1, (long)((Math.Min(percentage, 100) / 100 * total) + 0.5));
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            wanted -= sums[bucket];
            if (wanted <= 0)
            {
                return UpperBound(bucket) / 1000;
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    protected override void Clear(int slot) => Array.Clear(counts[slot]);

    private static int BucketOf(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value) - StepBits);
        return (int)(value >> shift) + (shift * Steps);
    }

    private static long UpperBound(int bucket)
    {
        var shift = Math.Max(0, (bucket / Steps) - 1);
        return ((bucket - (shift * Steps) + 1L) << shift) - 1;
    }
}
