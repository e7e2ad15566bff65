using Ingress.Proxy.Tls.Acme;

namespace Ingress.Proxy.Tests.Tls.Acme;

public sealed class AcmeResolverTests
{
    [Fact]
    public async Task ANameGetsACertificateByTheHttpChallenge()
    {
        await using var pebble = await Pebble.StartAsync();
        await using var acme = await AcmeFixture.StartAsync(pebble);
        acme.Want(["one.home.test", "two.home.test"]);
        var certificate = await acme.CertificateAsync("two.home.test");
        Assert.Equal("CN=one.home.test", certificate.Subject);
        Assert.True(certificate.HasPrivateKey);
        Assert.Single(acme.Resolver.Certificates[0].Chain);
        Assert.Equal((1, 1), (pebble.NewAccounts, pebble.NewOrders));
        Assert.Equal("valid", Assert.Single(acme.Resolvers.Status()).State);
    }

    [Fact]
    public async Task ANameGetsACertificateByTheTlsChallenge()
    {
        await using var pebble = await Pebble.StartAsync();
        var options = AcmeFixture.Options(pebble) with { HttpChallenge = null, TlsChallenge = new AcmeTlsChallengeOptions() };
        await using var acme = await AcmeFixture.StartAsync(pebble, options);
        acme.Want(["one.home.test", "two.home.test"], ["three.home.test"]);
        await acme.CertificateAsync("two.home.test");
        await acme.CertificateAsync("three.home.test");
        Assert.Null(acme.Resolver.ChallengeCertificate("one.home.test"));
        Assert.Equal(2, pebble.NewOrders);
    }
}
