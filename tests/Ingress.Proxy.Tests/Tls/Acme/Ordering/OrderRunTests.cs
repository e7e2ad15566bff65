using Ingress.Proxy.Configuration;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Tests.Tls.Acme.Ordering;

public sealed class OrderRunTests
{
    private const string Pending = """{"status":"pending","identifier":{"type":"dns","value":"one.home.test"},"challenges":[]}""";

    [Fact]
    public async Task TheProfileIsPartOfTheOrder()
    {
        await using var stage = await AcmeStage.StartAsync(change: options => options with { Profile = "shortlived" });
        await stage.ObtainAsync("one.home.test");
        Assert.Equal("shortlived", Assert.Single(stage.Authority.CallsTo("/new-order")).Payload!["profile"]!.GetValue<string>());
    }

    [Fact]
    public async Task AProfileThatTheAuthorityDoesNotOfferIsToldInWords()
    {
        await using var stage = await AcmeStage.StartAsync(change: options => options with { Profile = "eternal" });
        stage.Authority.Instead = async (context, path) => path == "/new-order" && await FakeAuthority.RefuseAsync(context, 400, "invalidProfile", "no profile eternal");
        stage.Want("one.home.test");
        await stage.PassAsync(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));
        Assert.Contains("no profile eternal", stage.Status.Problem, StringComparison.Ordinal);
        Assert.Equal("the authority does not offer this profile", stage.Status.Advice);
    }

    [Theory]
    [InlineData("", "CN=Fake Root")]
    [InlineData("Fake Root", "CN=Fake Root")]
    [InlineData("Other Root", "CN=Other Root")]
    [InlineData("Third Root", "CN=Fake Root")]
    public async Task TheChainOfThePreferredIssuerIsTaken(string preferred, string expected)
    {
        await using var stage = await AcmeStage.StartAsync(change: options => options with { PreferredChain = preferred });
        await stage.ObtainAsync("one.home.test");
        Assert.Equal(expected, stage.Resolver.Certificates[0].Chain[0].Issuer);
    }

    [Fact]
    public async Task BetweenTwoLooksAtAnOrderTheAuthoritysWaitIsKept()
    {
        await using var stage = await AcmeStage.StartAsync(authority => authority.Making = (TimeSpan.FromSeconds(100), 50), options => options with { CertificateTimeout = GoDuration.FromSeconds(600) });
        var start = stage.Time.GetUtcNow();
        stage.Want("one.home.test");
        await stage.PassAsync(TimeSpan.FromMinutes(3), TimeSpan.FromSeconds(5));
        var looks = stage.Authority.CallsTo("/order/").Select(call => call.At - start).ToList();
        Assert.Equal(2, looks.Count);
        Assert.InRange(looks[0], TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(65));
        Assert.InRange(looks[1], TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(130));
        Assert.Equal("valid", stage.Status.State);
    }

    [Fact]
    public async Task BetweenTwoLooksAtAnAuthorizationTheAuthoritysWaitIsKept()
    {
        await using var stage = await AcmeStage.StartAsync();
        var looks = 0;
        stage.Authority.Instead = async (context, path) =>
        {
            // The first look is the one before the proof.
            if (!path.StartsWith("/authz/", StringComparison.Ordinal) || ++looks is not (2 or 3))
            {
                return false;
            }

            context.Response.Headers.RetryAfter = "50";
            await context.Response.WriteAsync(Pending);
            return true;
        };
        stage.Want("one.home.test");
        await stage.PassAsync(TimeSpan.FromMinutes(3), TimeSpan.FromSeconds(5));
        var moments = stage.Authority.CallsTo("/authz/").Skip(1).Select(call => call.At).ToList();
        Assert.Equal(3, moments.Count);
        Assert.All(moments.Zip(moments.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(70)));
        Assert.Equal("valid", stage.Status.State);
    }

    [Fact]
    public async Task AWaitOfAnHourEndsTheOrderAndTheNextComesNoEarlier()
    {
        await using var stage = await AcmeStage.StartAsync();
        var start = stage.Time.GetUtcNow();
        var busy = true;
        stage.Authority.Instead = async (context, path) =>
        {
            var reading = path.StartsWith("/authz/", StringComparison.Ordinal) && stage.Authority.CallsTo("/challenge/").Count > 0;
            if (busy && reading)
            {
                context.Response.Headers.RetryAfter = "3600";
                await context.Response.WriteAsync(Pending);
            }

            return busy && reading;
        };
        stage.Want("one.home.test");
        await stage.PassAsync(TimeSpan.FromMinutes(58), TimeSpan.FromMinutes(1));
        Assert.Single(stage.Authority.CallsTo("/new-order"));
        Assert.Contains("the authority asks to come back in 60 minutes", stage.Status.Problem, StringComparison.Ordinal);
        busy = false;
        await stage.PassAsync(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1));
        Assert.Equal("valid", stage.Status.State);
        Assert.InRange(stage.Authority.CallsTo("/new-order")[1].At - start, TimeSpan.FromMinutes(60), TimeSpan.FromMinutes(63));
    }
}
