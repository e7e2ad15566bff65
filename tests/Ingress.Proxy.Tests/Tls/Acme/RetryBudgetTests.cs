using Ingress.Proxy.Tls.Acme;
using Microsoft.Extensions.Time.Testing;

namespace Ingress.Proxy.Tests.Tls.Acme;

public sealed class RetryBudgetTests
{
    private static readonly string[] Name = ["a.test"];

    [Fact]
    public void NoNameFailsMoreThanFiveTimesInAnyHour()
    {
        var time = new FakeTimeProvider();
        var budget = new RetryBudget(time);
        List<DateTimeOffset> failures = [];
        var next = time.GetUtcNow();
        for (var inARow = 1; inARow <= 60; inARow++)
        {
            time.SetUtcNow(next);
            failures.Add(next);
            budget.Count(Name);
            next = budget.AfterRefusals(inARow, Name, null);
            Assert.True(next > time.GetUtcNow());
        }

        Assert.All(failures, moment => Assert.InRange(failures.Count(other => other > moment - TimeSpan.FromHours(1) && other <= moment), 1, RetryBudget.FailuresAnHour));
    }

    [Fact]
    public void AChangedConfigurationMayNotSpendWhatTheScheduleNeeds()
    {
        var time = new FakeTimeProvider();
        var budget = new RetryBudget(time);
        for (var failures = 0; failures < 3; failures++)
        {
            Assert.True(budget.AllowsTryNow(Name));
            budget.Count(Name);
        }

        Assert.False(budget.AllowsTryNow(Name));
        Assert.True(budget.AllowsTryNow(["b.test"]));
        time.Advance(TimeSpan.FromHours(1));
        Assert.True(budget.AllowsTryNow(Name));
    }

    [Fact]
    public void FailuresOfEveryNameOfASetCount()
    {
        var time = new FakeTimeProvider();
        var budget = new RetryBudget(time);
        for (var failures = 0; failures < RetryBudget.FailuresAnHour; failures++)
        {
            budget.Count(["a.test", "b.test"]);
        }

        Assert.Equal(time.GetUtcNow().AddHours(1), budget.EarliestFor(["b.test", "c.test"]));
        Assert.Equal(DateTimeOffset.MinValue, budget.EarliestFor(["c.test"]));
    }

    [Fact]
    public void TheBudgetSurvivesARestart()
    {
        var time = new FakeTimeProvider();
        var before = new RetryBudget(time);
        for (var failures = 0; failures < RetryBudget.FailuresAnHour; failures++)
        {
            before.Count(Name);
        }

        var after = new RetryBudget(time);
        foreach (var (name, moments) in before.Snapshot())
        {
            after.Restore(name, moments);
        }

        Assert.Equal(before.EarliestFor(Name), after.EarliestFor(Name));
    }

    [Fact]
    public void AnUnreachableAuthorityIsTriedSoonerTheNearerTheEndIs()
    {
        var time = new FakeTimeProvider();
        var budget = new RetryBudget(time);
        var now = time.GetUtcNow();
        Assert.InRange(budget.AfterSilences(20, null) - now, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(11));
        Assert.InRange(budget.AfterSilences(20, now.AddSeconds(40)) - now, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5));
        Assert.InRange(budget.AfterSilences(20, now.AddSeconds(1)) - now, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void ARefusalShortlyBeforeTheEndIsTriedAgainBeforeItAsFarAsTheBudgetGoes()
    {
        var time = new FakeTimeProvider();
        var budget = new RetryBudget(time);
        var now = time.GetUtcNow();
        Assert.InRange(budget.AfterRefusals(1, Name, now.AddSeconds(36)) - now, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(10));
        Assert.InRange(budget.AfterRefusals(3, Name, now.AddDays(2)) - now, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6));
        Assert.InRange(budget.AfterRefusals(1, Name, now.AddDays(-1)) - now, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
        for (var failures = 0; failures < RetryBudget.FailuresAnHour; failures++)
        {
            budget.Count(Name);
        }

        Assert.Equal(now.AddHours(1), budget.AfterRefusals(5, Name, now.AddSeconds(36)));
    }

    [Fact]
    public void AnUnreachableAuthorityIsTriedOftenWhereACertificateHasRunOut()
    {
        var time = new FakeTimeProvider();
        var budget = new RetryBudget(time);
        Assert.InRange(budget.AfterSilences(20, time.GetUtcNow().AddDays(-1)) - time.GetUtcNow(), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(17));
    }
}
