using Ingress.Proxy.Pipeline.Services.Tcp;

namespace Ingress.Proxy.Tests.Pipeline.Services.Tcp;

public sealed class WeightedTurnsTests
{
    [Fact]
    public void WeightsAreKeptAndMixed()
    {
        var turns = new WeightedTurns<string>([("a", 3), ("b", 1), ("c", 0)]);
        Assert.Equal("aabaaaba", string.Concat(Enumerable.Range(0, 8).Select(_ => turns.Next(_ => true))));
    }

    [Fact]
    public void WhatMayNotBeTakenIsLeftOut()
    {
        var turns = new WeightedTurns<string>([("a", 3), ("b", 1)]);
        Assert.Equal("b", turns.Next(item => item == "b"));
        Assert.Null(turns.Next(_ => false));
        Assert.Null(new WeightedTurns<string>([("a", 0)]).Next(_ => true));
    }
}
