using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.Services.Balancing;

namespace Ingress.Proxy.Tests.Pipeline.Services.Balancing;

public sealed class BalancingStrategyTests
{
    private static readonly RequestState Request = new() { PeerHost = "127.0.0.1" };

    [Theory]
    [InlineData(new[] { 1, 1, 1 }, 12, new[] { 4, 4, 4 })]
    [InlineData(new[] { 3, 1 }, 16, new[] { 12, 4 })]
    [InlineData(new[] { 10, 20, 30 }, 60, new[] { 10, 20, 30 })]
    [InlineData(new[] { 5 }, 3, new[] { 3 })]
    public void WrrHonoursWeightsExactly(int[] weights, int requests, int[] expected) => Assert.Equal(expected, Count(new WeightedRoundRobin(Targets(weights)), weights.Length, requests));

    [Fact]
    public void WrrBearsHugeWeights()
    {
        var counts = Count(new WeightedRoundRobin(Targets(1_000_003, 1)), 2, 8193);
        Assert.InRange(counts[0], 8100, 8193);
    }

    [Theory]
    [InlineData("wrr")]
    [InlineData("p2c")]
    [InlineData("hrw")]
    [InlineData("leasttime")]
    public void NoStrategyPicksWhatIsDownOrGoingAway(string name)
    {
        var targets = new[] { new BalancedTarget(0, "a", 1, false), new BalancedTarget(1, "b", 1, true), new BalancedTarget(2, "c", 1, false) };
        var strategy = BalancingStrategy.Create(name, targets);
        targets[0].IsProbedUp = false;
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal("c", strategy.Next(Request)!.Name);
        }

        targets[2].IsBarred = true;
        Assert.Null(strategy.Next(Request));
        targets[0].IsProbedUp = true;
        Assert.Equal("a", strategy.Next(Request)!.Name);
    }

    [Theory]
    [InlineData("wrr")]
    [InlineData("p2c")]
    [InlineData("hrw")]
    [InlineData("leasttime")]
    public void WithoutTargetsThereIsNoChoice(string name) => Assert.Null(BalancingStrategy.Create(name, []).Next(Request));

    [Fact]
    public void AnUnknownStrategyIsNamed()
        => Assert.Equal("unsupported load-balancer strategy \"random\"", Assert.Throws<ConfigurationException>(() => BalancingStrategy.Create("random", [])).Message);

    [Fact]
    public void P2cPrefersTheTargetWithFewerRequests()
    {
        var targets = Targets(1, 1);
        targets[0].Begin();
        Assert.Equal([0, 50], Count(new PowerOfTwoChoices(targets), 2, 50));
    }

    [Fact]
    public void HrwKeepsAClientAndSpreadsMany()
    {
        var strategy = new RendezvousHashing(Targets(1, 1, 1));
        var counts = new int[3];
        for (var i = 0; i < 3000; i++)
        {
            var request = new RequestState { PeerHost = $"10.0.{i / 250}.{i % 250}" };
            var first = strategy.Next(request)!;
            Assert.Same(first, strategy.Next(request));
            counts[first.Index]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 500, 1500));
    }

    [Fact]
    public void HrwSendsClientsWhereTraefikDoes()
    {
        BalancedTarget[] servers = [new(0, "http://127.0.0.1:19001", 1, false), new(1, "http://127.0.0.1:19002", 1, false), new(2, "http://127.0.0.1:19003", 1, false)];
        Assert.Equal(1, new RendezvousHashing(servers).Next(Request)!.Index);
    }

    [Fact]
    public void LeastTimePrefersTheFasterTarget()
    {
        var targets = Targets(1, 1);
        targets[0].AnswerTimes.Add(1000);
        targets[1].AnswerTimes.Add(10);
        Assert.Equal([0, 20], Count(new LeastTime(targets), 2, 20));
    }

    [Fact]
    public void LeastTimeTakesTurnsAmongEquals() => Assert.Equal([10, 10], Count(new LeastTime(Targets(1, 1)), 2, 20));

    private static BalancedTarget[] Targets(params int[] weights) => [.. weights.Select((weight, index) => new BalancedTarget(index, "s" + index, weight, false))];

    private static int[] Count(BalancingStrategy strategy, int targets, int requests)
    {
        var counts = new int[targets];
        for (var i = 0; i < requests; i++)
        {
            counts[strategy.Next(Request)!.Index]++;
        }

        return counts;
    }
}
