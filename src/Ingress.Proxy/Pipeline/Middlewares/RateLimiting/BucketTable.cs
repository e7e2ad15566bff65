using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Middlewares.RateLimiting;

/// <summary>
/// A token bucket for each source, in bounded memory whatever sources there are. A source is known by a keyed hash, which no client can aim at another's
/// bucket. The hash chooses a set of sixteen places; where all are taken, the bucket used longest ago makes room.
/// </summary>
/// <remarks>A set takes some 400 bytes and exists from its first use on; all of them together stay below 4 MiB. Taking a token allocates nothing else.</remarks>
internal sealed class BucketTable(TokenBucket bucket, long frequency)
{
    private const int SetCount = 8192;
    private const int Ways = 16;

    private readonly BucketSet?[] sets = new BucketSet?[SetCount];
    private readonly long seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
    private readonly double tokensPerTick = bucket.Rate / frequency;
    private readonly long idleTicks = bucket.Idle * frequency;

    /// <summary>
    /// Takes a token for the source: zero where there was one, else how long until it is there. Where that is longer than the longest wait, none was taken.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="now">The time, as the clock's timestamp.</param>
    public GoDuration Take(string source, long now)
    {
        var hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(source.AsSpan()), seed);
        ref var place = ref sets[hash % SetCount];
        var set = Volatile.Read(ref place) ?? Create(ref place);
        set.Enter();
        var wait = Take(set, hash | 1, now);
        set.Leave();
        return wait;
    }

    private static BucketSet Create(ref BucketSet? place)
    {
        var created = new BucketSet();
        return Interlocked.CompareExchange(ref place, created, null) ?? created;
    }

    private GoDuration Take(BucketSet set, ulong key, long now)
    {
        var way = set.Find(key);
        var tokens = (double)bucket.Burst;
        if (set.Keys[way] == key && now - set.Used[way] < idleTicks)
        {
            tokens = Math.Min(tokens, set.Tokens[way] + ((now - set.Used[way]) * tokensPerTick));
        }

        tokens--;
        var wait = tokens < 0 ? new GoDuration((long)Math.Round(-tokens / bucket.Rate * 1e9)) : GoDuration.Zero;
        set.Keys[way] = key;
        set.Used[way] = now;
        set.Tokens[way] = wait > bucket.LongestWait ? tokens + 1 : tokens;
        return wait;
    }

    private sealed class BucketSet
    {
        public Places<ulong> Keys;
        public Places<double> Tokens;
        public Places<long> Used;
        private int held;

        // Held for some nanoseconds, by requests of sources that share a set: mostly those of one source.
        public void Enter()
        {
            var spin = default(SpinWait);
            while (Interlocked.CompareExchange(ref held, 1, 0) != 0)
            {
                spin.SpinOnce();
            }
        }

        public void Leave() => Volatile.Write(ref held, 0);

        /// <summary>The place of the key, else a free one, else that used longest ago.</summary>
        public int Find(ulong key)
        {
            var oldest = 0;
            for (var way = 0; way < Ways; way++)
            {
                if (Keys[way] == key)
                {
                    return way;
                }

                if (Keys[oldest] != 0 && (Keys[way] == 0 || Used[way] < Used[oldest]))
                {
                    oldest = way;
                }
            }

            return oldest;
        }
    }

    [InlineArray(Ways)]
    private struct Places<T>
    {
        private T first;
    }
}
