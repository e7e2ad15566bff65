using Ingress.Proxy.Tls.Acme;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Tests.Tls.Acme;

public sealed class CertificateWorkTests
{
    [Fact]
    public async Task ARateLimitIsWaitedOutEvenIfTheConfigurationChanges()
    {
        await using var stage = await AcmeStage.StartAsync();
        var start = stage.Time.GetUtcNow();
        var limited = true;
        stage.Authority.Instead = async (context, path) => limited && path == "/new-order" && await FakeAuthority.RefuseAsync(context, 429, "rateLimited", "too many certificates", 7200);
        stage.Want("one.home.test");
        await stage.PassAsync(TimeSpan.FromMinutes(110), TimeSpan.FromMinutes(2), () => stage.Want("one.home.test"));
        Assert.Single(stage.Authority.CallsTo("/new-order"));
        Assert.InRange(stage.Status.NextTry!.Value, start.AddHours(2), start.AddHours(2).AddMinutes(2));
        Assert.Contains("429 :: urn:ietf:params:acme:error:rateLimited :: too many certificates", stage.Status.Problem, StringComparison.Ordinal);
        Assert.Contains("the next try waits as long as the authority asks", stage.Status.Advice, StringComparison.Ordinal);

        limited = false;
        await stage.PassAsync(TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(1));
        Assert.Equal("valid", stage.Status.State);
    }

    [Theory]
    [InlineData("/dir")]
    [InlineData("/new-order")]
    [InlineData("/authz/")]
    public async Task AnAuthorityUnderRepairIsLeftAloneForAsLongAsItAsks(string where)
    {
        await using var stage = await AcmeStage.StartAsync();
        var repaired = false;
        stage.Authority.Instead = (context, path) =>
        {
            if (repaired || !path.StartsWith(where, StringComparison.Ordinal))
            {
                return Task.FromResult(false);
            }

            (context.Response.StatusCode, context.Response.Headers.RetryAfter) = (503, "1800");
            return Task.FromResult(true);
        };
        stage.Want("one.home.test");
        await stage.PassAsync(TimeSpan.FromMinutes(29), TimeSpan.FromMinutes(1));
        Assert.Single(stage.Authority.CallsTo(where));
        repaired = true;
        await stage.PassAsync(TimeSpan.FromMinutes(3), TimeSpan.FromSeconds(20));
        Assert.Equal("valid", stage.Status.State);
    }

    [Fact]
    public async Task AfterTwoRefusalsTheTestInstanceIsAskedUntilItIsContent()
    {
        FakeAuthority? testInstance = null;
        var broken = true;
        await using var stage = await AcmeStage.StartAsync(testInstance: async time => testInstance = await FakeAuthority.StartAsync(time));
        await using var second = testInstance!;
        async Task<bool> RefuseAsync(HttpContext context, string path) =>
            broken && path == "/new-order" && await FakeAuthority.RefuseAsync(context, 403, "rejectedIdentifier", "a record is wrong");
        (stage.Authority.Instead, second.Instead) = (RefuseAsync, RefuseAsync);
        stage.Want("one.home.test");
        await stage.PassAsync(TimeSpan.FromHours(3), TimeSpan.FromMinutes(2));
        Assert.Equal(2, stage.Authority.CallsTo("/new-order").Count);
        Assert.InRange(second.CallsTo("/new-order").Count, 3, 10);
        Assert.StartsWith("tried at the authority's test instance first: acme: error: 403", stage.Status.Problem, StringComparison.Ordinal);

        broken = false;
        await stage.PassAsync(TimeSpan.FromHours(2), TimeSpan.FromMinutes(2));
        Assert.Equal("valid", stage.Status.State);
        Assert.Equal(3, stage.Authority.CallsTo("/new-order").Count);
        Assert.Equal("CN=Fake Intermediate", stage.Resolver.Certificates[0].Leaf.Issuer);
        Assert.Single(stage.Resolver.Certificates);
    }

    [Fact]
    public async Task ATestInstanceThatIsDownIsNoObstacle()
    {
        FakeAuthority? testInstance = null;
        await using var stage = await AcmeStage.StartAsync(testInstance: async time => testInstance = await FakeAuthority.StartAsync(time));
        await using var second = testInstance!;
        second.Instead = (context, _) =>
        {
            context.Abort();
            return Task.FromResult(true);
        };
        var refusals = 0;
        stage.Authority.Instead = async (context, path) => path == "/new-order" && ++refusals <= 2 && await FakeAuthority.RefuseAsync(context, 403, "rejectedIdentifier", "not yet");
        stage.Want("one.home.test");
        await stage.PassAsync(TimeSpan.FromMinutes(20), TimeSpan.FromSeconds(30));
        Assert.Equal("valid", stage.Status.State);
        Assert.Contains("could not be tried at the authority's test instance", stage.LogText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoNameIsTriedMoreThanFiveTimesAnHourWhateverRestartsAndChanges()
    {
        await using var stage = await AcmeStage.StartAsync();
        stage.Authority.Instead = async (context, path) => path == "/new-order" && await FakeAuthority.RefuseAsync(context, 403, "rejectedIdentifier", "never");
        for (var round = 0; round < 24; round++)
        {
            stage.Want("one.home.test");
            await stage.PassAsync(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1));
            stage.Resolver.Want([], _ => false);
            stage.Want("one.home.test", "two.home.test");
            await stage.PassAsync(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1));
            await stage.RestartAsync();
        }

        var tries = stage.Authority.CallsTo("/new-order").Select(call => call.At).ToList();
        Assert.InRange(tries.Count, 14, 20);
        Assert.All(tries, moment => Assert.InRange(tries.Count(other => other > moment - TimeSpan.FromHours(1) && other <= moment), 1, RetryBudget.FailuresAnHour));
        stage.Want("one.home.test");
        await stage.PassAsync(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        Assert.Equal("failed", stage.Status.State);
    }

    [Fact]
    public async Task AnOutageOfDaysKeepsTheCertificateAndTellsTheOperatorOnceADay()
    {
        await using var stage = await AcmeStage.StartAsync(authority => authority.Life = TimeSpan.FromDays(6));
        await stage.ObtainAsync("one.home.test");
        var first = stage.Resolver.Certificates[0].Leaf;
        await stage.PassAsync(TimeSpan.FromDays(3.9), TimeSpan.FromHours(1));
        var down = true;
        stage.Authority.Instead = (context, _) =>
        {
            if (down)
            {
                context.Abort();
            }

            return Task.FromResult(down);
        };
        var before = stage.Authority.Calls.Count;
        await stage.PassAsync(TimeSpan.FromDays(1.9), TimeSpan.FromMinutes(10), () => Assert.Equal(first.SerialNumber, stage.Resolver.Certificates[0].Leaf.SerialNumber));
        Assert.Equal("failing", stage.Status.State);
        Assert.InRange(stage.Authority.Calls.Count - before, 100, 1000);
        Assert.Equal(["failed", "expiring"], stage.Alerts.Select(alert => alert.Kind).Distinct());
        Assert.InRange(stage.Alerts.Count, 2, 4);

        down = false;
        await stage.PassAsync(TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(1));
        Assert.Equal("valid", stage.Status.State);
        Assert.NotEqual(first.SerialNumber, stage.Resolver.Certificates[0].Leaf.SerialNumber);
        Assert.Equal("recovered", stage.Alerts[^1].Kind);
    }

    [Fact]
    public async Task ACertificateThatRunsOutIsToldAsExpired()
    {
        await using var stage = await AcmeStage.StartAsync(authority => authority.Life = TimeSpan.FromHours(12));
        await stage.ObtainAsync("one.home.test");
        stage.Authority.Instead = async (context, path) => path == "/new-order" && await FakeAuthority.RefuseAsync(context, 403, "caa", "forbidden");
        await stage.PassAsync(TimeSpan.FromHours(15), TimeSpan.FromMinutes(5));
        Assert.Equal("expired", stage.Status.State);
        Assert.Equal(["failed", "expiring", "expired"], stage.Alerts.Select(alert => alert.Kind));
        Assert.All(stage.Alerts, alert => Assert.Contains("a CAA record of the domain forbids this authority", alert.Text, StringComparison.Ordinal));
        Assert.Single(stage.Resolver.Certificates);
    }

    [Theory]
    [InlineData(90 * 24 * 3600, 365 * 24 * 3600, 24 * 3600, 5, 7)]
    [InlineData(6 * 24 * 3600, 30 * 24 * 3600, 2 * 3600, 7, 8)]
    [InlineData(120, 600, 2, 7, 8)]
    public async Task ACertificateOfAnyLifeIsRenewedAtTwoThirdsOfIt(int life, int watched, int step, int least, int most)
    {
        await using var stage = await AcmeStage.StartAsync(authority => authority.Life = TimeSpan.FromSeconds(life));
        await stage.ObtainAsync("one.home.test");
        var shortest = TimeSpan.MaxValue;
        await stage.PassAsync(TimeSpan.FromSeconds(watched), TimeSpan.FromSeconds(step), () =>
        {
            var left = stage.Resolver.Certificates[0].Leaf.NotAfter.ToUniversalTime() - stage.Time.GetUtcNow();
            shortest = left < shortest ? left : shortest;
        });
        Assert.InRange(stage.Authority.CallsTo("/new-order").Count, least, most);
        Assert.InRange(shortest.TotalSeconds, life * 0.25, life * 0.34);
    }

    [Fact]
    public async Task ASecondInstanceServesWhatTheFirstObtainsAndOrdersOnlyOnceThatHasEnded()
    {
        await using var stage = await AcmeStage.StartAsync();
        var second = stage.StartSecond();
        second.Want([new WantedCertificate("one.home.test", [], "r"), new WantedCertificate("two.home.test", [], "r")], _ => false);
        await stage.ObtainAsync("one.home.test");
        await stage.PassAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5));
        Assert.Equal(stage.Resolver.Certificates[0].Leaf.SerialNumber, Assert.Single(second.Certificates).Leaf.SerialNumber);
        Assert.Single(stage.Authority.CallsTo("/new-order"));
        Assert.Contains("another instance uses", stage.LogText, StringComparison.Ordinal);

        await stage.EndFirstAsync();
        await stage.PassAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5));
        Assert.Equal(2, second.Certificates.Count);
        Assert.Equal(2, stage.Authority.CallsTo("/new-order").Count);
        Assert.Contains("The other instance has ended; this one looks after", stage.LogText, StringComparison.Ordinal);
    }
}
