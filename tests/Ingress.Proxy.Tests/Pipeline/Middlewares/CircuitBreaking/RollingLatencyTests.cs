using Ingress.Proxy.Pipeline.Middlewares.CircuitBreaking;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.CircuitBreaking;

public sealed class RollingLatencyTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 1)]
    [InlineData(200, 200, 203)]
    [InlineData(1_000, 1_000, 1_020)]
    [InlineData(60_000, 60_000, 61_000)]
    [InlineData(9_000_000, 3_600_000, 3_700_000)]
    public void IsExactToTwoDigits(int milliseconds, long least, long most)
    {
        var latency = new RollingLatency();
        latency.Record(5, 200, TimeSpan.FromMilliseconds(milliseconds));

        Assert.InRange(latency.Milliseconds(50, 5), least, most);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(50, 50)]
    [InlineData(95, 95)]
    [InlineData(100, 100)]
    public void FindsQuantiles(double percentage, long expected)
    {
        var latency = new RollingLatency();
        for (var i = 1; i <= 100; i++)
        {
            latency.Record(i % 10, 200, TimeSpan.FromMilliseconds(i));
        }

        Assert.InRange(latency.Milliseconds(percentage, 9), expected, expected + 2);
    }

    [Fact]
    public void ForgetsAfterTenSecondsAndOnReset()
    {
        var latency = new RollingLatency();
        latency.Record(5, 200, TimeSpan.FromMilliseconds(70));
        Assert.Equal(0, latency.Milliseconds(50, 15));

        latency.Record(6, 200, TimeSpan.FromMilliseconds(70));
        latency.Reset();
        Assert.Equal(0, latency.Milliseconds(50, 6));
    }
}
