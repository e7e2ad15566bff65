using System.Globalization;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares.RateLimiting;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.RateLimiting;

public sealed class BucketTableTests
{
    private const long Second = 10_000_000;

    [Theory]
    [InlineData(10, 1, 1)]
    [InlineData(100, 20, 3)]
    [InlineData(7, 3, 50)]
    public void IsExactOverAMinute(long average, long burst, int askedPerToken)
    {
        var bucket = TokenBucket.Of(new RateLimitOptions { Average = average, Burst = burst });
        var table = new BucketTable(bucket, Second);
        var passed = 0;
        var step = Second / (average * askedPerToken);
        for (long now = 0; now < 60 * Second; now += step)
        {
            if (table.Take("one", now) <= bucket.LongestWait)
            {
                passed++;
            }
        }

        Assert.InRange(passed, average * 60 * 0.98, ((average * 60) + burst) * 1.02);
    }

    [Fact]
    public void AMillionSourcesTakeLittleMemoryAndTakingTokensNone()
    {
        var sources = new string[1_000_000];
        for (var i = 0; i < sources.Length; i++)
        {
            sources[i] = i.ToString(CultureInfo.InvariantCulture);
        }

        var table = new BucketTable(TokenBucket.Of(new RateLimitOptions { Average = 1, Burst = 1 }), Second);
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var source in sources)
        {
            table.Take(source, 1);
        }

        var first = GC.GetAllocatedBytesForCurrentThread();
        foreach (var source in sources)
        {
            table.Take(source, 2);
        }

        Assert.InRange(first - before, 0, 4 * 1024 * 1024);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - first);
    }

    [Fact]
    public void FiftyThousandSourcesKeepTheirBuckets()
    {
        var bucket = TokenBucket.Of(new RateLimitOptions { Average = 1, Period = GoDuration.FromSeconds(3600), Burst = 1 });
        var table = new BucketTable(bucket, Second);
        var forgotten = 0;
        for (var turn = 0; turn < 2; turn++)
        {
            for (var i = 0; i < 50_000; i++)
            {
                var wait = table.Take(i.ToString(CultureInfo.InvariantCulture), Second + i);
                forgotten += turn == 1 && wait == GoDuration.Zero ? 1 : 0;
            }
        }

        Assert.InRange(forgotten, 0, 50);
    }

    [Fact]
    public void AnIdleBucketIsForgotten()
    {
        var table = new BucketTable(TokenBucket.Of(new RateLimitOptions { Average = 1, Burst = 10 }), Second);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(GoDuration.Zero, table.Take("one", Second));
        }

        Assert.NotEqual(GoDuration.Zero, table.Take("one", Second));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(GoDuration.Zero, table.Take("one", 3 * Second));
        }
    }

    [Fact]
    public async Task ManyAtOnceGetNoMoreThanThereIs()
    {
        var bucket = TokenBucket.Of(new RateLimitOptions { Average = 1, Period = GoDuration.FromSeconds(3600), Burst = 1000 });
        var table = new BucketTable(bucket, Second);
        var passed = 0;
        await Parallel.ForAsync(0, 8, (_, _) =>
        {
            for (var i = 0; i < 1000; i++)
            {
                if (table.Take("one", 5) == GoDuration.Zero)
                {
                    Interlocked.Increment(ref passed);
                }
            }

            return ValueTask.CompletedTask;
        });

        Assert.Equal(1000, passed);
    }
}
