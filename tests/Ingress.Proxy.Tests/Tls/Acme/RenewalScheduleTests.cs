using Ingress.Proxy.Tls.Acme;

namespace Ingress.Proxy.Tests.Tls.Acme;

public sealed class RenewalScheduleTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(90 * 24, 28.5 * 24, 30 * 24)]
    [InlineData(6 * 24, 1.9 * 24, 2 * 24)]
    [InlineData(5 * 365 * 24, 114 * 24, 120 * 24)]
    [InlineData(3, 0.95, 1)]
    public void ACertificateIsRenewedAtTwoThirdsOfItsLife(double lifeHours, double leastLeft, double mostLeft)
    {
        var end = Start.AddHours(lifeHours);
        foreach (var seed in (string[])["01", "02", "03AF", "ffff"])
        {
            Assert.InRange((end - RenewalSchedule.RenewAt(Start, end, seed)).TotalHours, leastLeft, mostLeft);
        }
    }

    [Fact]
    public void TheSpreadStaysTheSameForOneCertificateAndDiffersBetweenTwo()
    {
        var end = Start.AddDays(90);
        Assert.Equal(RenewalSchedule.RenewAt(Start, end, "01"), RenewalSchedule.RenewAt(Start, end, "01"));
        Assert.NotEqual(RenewalSchedule.RenewAt(Start, end, "01"), RenewalSchedule.RenewAt(Start, end, "02"));
    }

    [Fact]
    public void TheSuggestionOfTheAuthorityCountsExceptInAnEmergency()
    {
        var end = Start.AddDays(90);
        Assert.InRange(RenewalSchedule.RenewAt(Start, end, "01", Start.AddDays(10), Start.AddDays(12)), Start.AddDays(10), Start.AddDays(12));
        Assert.Equal(end - TimeSpan.FromDays(4.5), RenewalSchedule.RenewAt(Start, end, "01", Start.AddDays(95), Start.AddDays(96)));
    }
}
