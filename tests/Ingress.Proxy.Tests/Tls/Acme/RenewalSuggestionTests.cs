using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Tls.Acme;

namespace Ingress.Proxy.Tests.Tls.Acme;

public sealed class RenewalSuggestionTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void ACertificateIsIdentifiedAsTheStandardHasIt()
    {
        // The example of RFC 9773, section 4.1.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=example.com", key, HashAlgorithmName.SHA256);
        var issuer = Convert.FromHexString("69885B6B87464041E1B37B847BA0AE2CDE01C8D4");
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(issuer));
        using var leaf = request.Create(new X500DistinguishedName("CN=ca"), X509SignatureGenerator.CreateForECDsa(key), Now, Now.AddDays(90), [0x00, 0x87, 0x65, 0x43, 0x21]);
        Assert.Equal("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE", RenewalSuggestion.Identify(leaf));
    }

    [Theory]
    [InlineData(null, 6 * 3600)]
    [InlineData(-5, 60)]
    [InlineData(0, 60)]
    [InlineData(3600, 3600)]
    [InlineData(864000, 86400)]
    public void TheQuestionIsAskedAgainWhenTheAuthoritySaysWithinReason(int? asked, int expected)
    {
        DateTimeOffset? moment = asked is { } seconds ? Now.AddSeconds(seconds) : null;
        Assert.Equal(Now.AddSeconds(expected), RenewalSuggestion.Next(moment, Now, ResolverParts.SuggestionEvery));
    }

    [Fact]
    public async Task ACertificateIsRenewedInTheSuggestedWindowAndTheNewOrderNamesIt()
    {
        await using var stage = await AcmeStage.StartAsync();
        var (start, end) = (stage.Time.GetUtcNow().AddDays(10), stage.Time.GetUtcNow().AddDays(11));
        stage.Authority.Suggest = () => (start, end, null);
        await stage.ObtainAsync("one.home.test");
        Assert.False(Assert.Single(stage.Authority.CallsTo("/new-order")).Payload!.ContainsKey("replaces"));
        var old = RenewalSuggestion.Identify(stage.Resolver.Certificates[0].Leaf);

        await stage.PassAsync(TimeSpan.FromMinutes(11), TimeSpan.FromMinutes(1));
        Assert.Equal("/renewal/" + old, Assert.Single(stage.Authority.CallsTo("/renewal")).Path);
        Assert.InRange(stage.Status.RenewAt!.Value, start, end);

        await stage.PassAsync(TimeSpan.FromDays(10), TimeSpan.FromHours(1));
        stage.Authority.Suggest = () => null;
        await stage.PassAsync(TimeSpan.FromDays(1), TimeSpan.FromHours(1));
        var renewal = stage.Authority.CallsTo("/new-order")[1];
        Assert.InRange(renewal.At, start, end + TimeSpan.FromHours(1));
        Assert.Equal(old, renewal.Payload!["replaces"]!.GetValue<string>());
        Assert.Equal(2, stage.Authority.CallsTo("/new-order").Count);
        Assert.Single(stage.Resolver.Certificates);
    }

    [Fact]
    public async Task AWindowInThePastRenewsAtOnce()
    {
        await using var stage = await AcmeStage.StartAsync();
        await stage.ObtainAsync("one.home.test");
        var first = stage.Resolver.Certificates[0].Leaf.SerialNumber;
        var revoked = true;
        stage.Authority.Suggest = () => revoked ? (stage.Time.GetUtcNow().AddDays(-2), stage.Time.GetUtcNow().AddDays(-1), null) : null;
        await stage.PassAsync(TimeSpan.FromMinutes(11), TimeSpan.FromMinutes(1), () => revoked = stage.Authority.CallsTo("/renewal").Count == 0);
        await stage.PassAsync(TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1));
        Assert.NotEqual(first, stage.Resolver.Certificates[0].Leaf.SerialNumber);
        Assert.Equal(2, stage.Authority.CallsTo("/new-order").Count);
    }

    [Fact]
    public async Task TheAuthoritySaysHowOftenItIsAsked()
    {
        await using var stage = await AcmeStage.StartAsync();
        stage.Authority.Suggest = () => (stage.Time.GetUtcNow().AddDays(30), stage.Time.GetUtcNow().AddDays(31), 3 * 3600);
        await stage.ObtainAsync("one.home.test");
        await stage.PassAsync(TimeSpan.FromHours(13), TimeSpan.FromMinutes(5));
        var asked = stage.Authority.CallsTo("/renewal").Select(call => call.At).ToList();
        Assert.InRange(asked.Count, 3, 5);
        Assert.All(asked.Zip(asked.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, TimeSpan.FromHours(3), TimeSpan.FromHours(3.6)));
    }

    [Fact]
    public async Task AnAuthorityThatGivesNoSuggestionIsAskedFourTimesADayAndTheCertificatesOwnScheduleStands()
    {
        await using var stage = await AcmeStage.StartAsync();
        await stage.ObtainAsync("one.home.test");
        var planned = stage.Status.RenewAt;
        await stage.PassAsync(TimeSpan.FromHours(25), TimeSpan.FromMinutes(30));
        Assert.InRange(stage.Authority.CallsTo("/renewal").Count, 3, 5);
        Assert.Equal(planned, stage.Status.RenewAt);
    }

    [Fact]
    public async Task WhereTheLinkToTheOldCertificateIsRefusedTheOrderGoesWithoutIt()
    {
        await using var stage = await AcmeStage.StartAsync();
        stage.Authority.Instead = async (context, path) => path == "/new-order" && stage.Authority.CallsTo(path)[^1].Payload!.ContainsKey("replaces")
            && await FakeAuthority.RefuseAsync(context, 409, "alreadyReplaced", "another order replaces it");
        await stage.ObtainAsync("one.home.test");
        await stage.PassAsync(TimeSpan.FromDays(63), TimeSpan.FromHours(3));
        Assert.Equal(3, stage.Authority.CallsTo("/new-order").Count);
        Assert.Equal("valid", stage.Status.State);
        Assert.Equal(0, stage.Status.Failures);
    }
}
