using Ingress.Proxy.Pipeline.Middlewares.Authentication;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Authentication;

public sealed class PasswordVerifierTests
{
    private static readonly PasswordHash Hash = new("$apr1$LO8mmnaa$CwCQtQCM.xo.QrMyic0Ay1");
    private static readonly byte[] Right = [.. "p"u8];

    [Fact]
    public async Task ComputesEachPasswordOnce()
    {
        using var verifier = new PasswordVerifier();
        for (var i = 0; i < 3; i++)
        {
            Assert.True(await verifier.VerifyAsync(Hash, Right));
            Assert.False(await verifier.VerifyAsync(Hash, [.. "wrong"u8]));
        }

        Assert.Equal(2, verifier.Computed);
    }

    [Fact]
    public async Task TheOneOfTheProcessChecksPasswords()
        => Assert.True(await PasswordVerifier.Shared.VerifyAsync(Hash, Right).AsTask().WaitAsync(TimeSpan.FromMinutes(1)));

    [Fact]
    public async Task ACostlyHashIsPaidForOnce()
    {
        var costly = new PasswordHash(BCrypt.Net.BCrypt.HashPassword("p", 12));
        using var verifier = new PasswordVerifier();
        for (var i = 0; i < 100; i++)
        {
            Assert.True(await verifier.VerifyAsync(costly, Right));
        }

        Assert.Equal(1, verifier.Computed);
    }

    [Fact]
    public async Task EqualChecksAtTheSameTimeAreOne()
    {
        using var verifier = new PasswordVerifier();
        var checks = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => verifier.VerifyAsync(Hash, Right).AsTask()));
        Assert.All(checks, check => Assert.True(check));
        Assert.Equal(1, verifier.Computed);
    }

    [Fact]
    public async Task AnotherHashIsAnotherCheck()
    {
        using var verifier = new PasswordVerifier();
        Assert.True(await verifier.VerifyAsync(Hash, Right));
        Assert.False(await verifier.VerifyAsync(new PasswordHash("$apr1$abcdefgh$DsXvub7YpWH1PPmW6zD2w/"), Right));
    }

    [Fact]
    public async Task AFloodOfDifferentPasswordsIsTurnedAway()
    {
        using var verifier = new PasswordVerifier();
        var checks = Enumerable.Range(0, 2000).Select(i => verifier.VerifyAsync(Hash, [(byte)i, (byte)(i >> 8)]).AsTask()).ToList();
        var results = await Task.WhenAll(checks);
        Assert.Contains(null, results);
        Assert.InRange(verifier.Busiest, 1, PasswordVerifier.MostAtOnce);
        Assert.True(await verifier.VerifyAsync(Hash, Right));
    }
}
