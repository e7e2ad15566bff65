using System.Globalization;
using BenchmarkDotNet.Attributes;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares.RateLimiting;

namespace Ingress.MicroBenchmarks;

/// <summary>What taking a token costs, for one source and for a million of them that ask in turn.</summary>
[MemoryDiagnoser]
public class RateLimitBenchmarks
{
    private const int Sources = 1_000_000;

    private readonly string[] sources = [.. Enumerable.Range(0, Sources).Select(i => i.ToString(CultureInfo.InvariantCulture))];
    private readonly BucketTable one = Table();
    private readonly BucketTable many = Table();
    private int next;

    /// <summary>Every request from the same source.</summary>
    [Benchmark(Baseline = true)]
    public GoDuration OneSource() => one.Take(sources[0], TimeProvider.System.GetTimestamp());

    /// <summary>Every request from another one.</summary>
    [Benchmark]
    public GoDuration AMillionSources() => many.Take(sources[++next % Sources], TimeProvider.System.GetTimestamp());

    private static BucketTable Table() => new(TokenBucket.Of(new RateLimitOptions { Average = 1000, Burst = 1000 }), TimeProvider.System.TimestampFrequency);
}
