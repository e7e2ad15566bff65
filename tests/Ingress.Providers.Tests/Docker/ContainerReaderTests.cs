using Docker.DotNet.Models;
using Ingress.Providers.Docker;

namespace Ingress.Providers.Tests.Docker;

public sealed class ContainerReaderTests
{
    private static readonly DateTime FirstCheck = new(2026, 1, 2, 3, 4, 0, DateTimeKind.Utc);
    private static readonly Illness Before = new(FirstCheck.AddDays(-1), IsExact: true);
    private static readonly Container Listed = new() { Id = "id", Name = "shop", Labels = new Dictionary<string, string>(), State = "running" };

    /// <summary>The checks that the engine has kept end a minute apart, the first of them at 03:04.</summary>
    [Theory]
    [InlineData(3, 3, 3, "since 2026-01-02 03:06:00Z")]
    [InlineData(3, 0, 3, "since 2026-01-02 03:06:00Z")]
    [InlineData(4, 3, 5, "since 2026-01-02 03:07:00Z")]
    [InlineData(7, 3, 5, "since 2026-01-02 03:04:00Z")]
    [InlineData(8, 3, 5, "since before 2026-01-02 03:04:00Z")]
    [InlineData(3, 3, 0, "")]
    public void AnIllnessBeganWithTheCheckThatUsedUpTheRetries(long streak, long retries, int kept, string expected)
        => Assert.Equal(expected, Read("unhealthy", streak, retries, kept, null)?.ToString() ?? "");

    [Fact]
    public void WhatTheEngineNoLongerKeepsIsRemembered() => Assert.Equal(Before, Read("unhealthy", 8, 3, 5, Before));

    [Fact]
    public void WhatTheEngineKeepsCountsMoreThanAnEarlierIllness() => Assert.Equal("since 2026-01-02 03:06:00Z", Read("unhealthy", 3, 3, 3, Before)!.ToString());

    [Theory]
    [InlineData("healthy")]
    [InlineData("starting")]
    public void AContainerThatIsNotUnhealthyHasNone(string status) => Assert.Null(Read(status, 2, 3, 5, Before));

    private static Illness? Read(string status, long streak, long retries, int kept, Illness? before)
    {
        var inspected = new ContainerInspectResponse
        {
            State = new State
            {
                Status = "running",
                Health = new Health { Status = status, FailingStreak = streak, Log = [.. Enumerable.Range(0, kept).Select(check => new HealthcheckResult { End = FirstCheck.AddMinutes(check) })] },
            },
            Config = new ContainerConfig { Healthcheck = new HealthcheckConfig { Retries = retries } },
        };
        return ContainerReader.WithInspection(Listed, inspected, Listed with { Illness = before }).Illness;
    }
}
