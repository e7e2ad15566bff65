using Ingress.Proxy.Pipeline.Middlewares.Authentication;
using Microsoft.Extensions.Time.Testing;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Authentication;

public sealed class DigestNoncesTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void TheCountMustGoOn()
    {
        var nonces = new DigestNonces(time);
        var nonce = nonces.Create();
        Assert.Equal(DigestNonces.Verdict.Good, nonces.Count(nonce, 1));
        Assert.Equal(DigestNonces.Verdict.Good, nonces.Count(nonce, 5));
        Assert.Equal(DigestNonces.Verdict.Refused, nonces.Count(nonce, 5));
        Assert.Equal(DigestNonces.Verdict.Stale, nonces.Count(nonce, 4));
    }

    [Theory]
    [InlineData("")]
    [InlineData("bm90LW1pbmUtYXQtYWxs")]
    [InlineData("!!!")]
    public void ANonceOfOthersIsRefused(string nonce) => Assert.Equal(DigestNonces.Verdict.Refused, new DigestNonces(time).Count(nonce, 1));

    [Fact]
    public void ANonceOfAnotherProcessIsRefused() => Assert.Equal(DigestNonces.Verdict.Refused, new DigestNonces(time).Count(new DigestNonces(time).Create(), 1));

    [Fact]
    public void AnOldNonceIsStale()
    {
        var nonces = new DigestNonces(time);
        var nonce = nonces.Create();
        time.Advance(TimeSpan.FromHours(13));
        Assert.Equal(DigestNonces.Verdict.Stale, nonces.Count(nonce, 1));
    }

    [Fact]
    public void AForgottenNonceCannotBeReplayed()
    {
        var nonces = new DigestNonces(time);
        var first = nonces.Create();
        Assert.Equal(DigestNonces.Verdict.Good, nonces.Count(first, 1));
        for (var i = 0; i <= DigestNonces.MaxKept; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal(DigestNonces.Verdict.Good, nonces.Count(nonces.Create(), 1));
        }

        Assert.Equal(DigestNonces.Verdict.Stale, nonces.Count(first, 1));
    }
}
