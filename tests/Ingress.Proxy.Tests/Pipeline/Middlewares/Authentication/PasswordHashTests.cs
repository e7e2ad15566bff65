using System.Text;
using Ingress.Proxy.Pipeline.Middlewares.Authentication;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Authentication;

public sealed class PasswordHashTests
{
    private const string Long = "a longer password that goes beyond sixty-four bytes, to be sure of it";

    [Theory]
    [InlineData("{SHA}UWuXg/ylF+7L0dBk2i0WUxCxl1k=", "p")]
    [InlineData("$apr1$LO8mmnaa$CwCQtQCM.xo.QrMyic0Ay1", "p")]
    [InlineData("$apr1$abcdefgh$DsXvub7YpWH1PPmW6zD2w/", "a longer password that goes beyond sixteen bytes")]
    [InlineData("$1$saltsalt$oVkV3EDq8KTkLj17vu4OM0", "p")]
    [InlineData("$5$abcdefgh$t1O/2wAzRIzltOI8.PvEkE4lwGflhW5HcJcGS.qAk29", "p")]
    [InlineData("$5$rounds=1400$anotherlong$ldp/Lrh1ThyneGMx/C4uiEfPWsr.7wSTD.oIm.L46WB", Long)]
    [InlineData("$6$abcdefgh$8w7GWVRaZw2oYtncvFsjXV3PqmyeVV/mJUGu8X7CkyVFc9cm3NkSFhMxyCctqGCBXyHZqs456Z90lC4MKHt0p0", Long)]
    [InlineData("$2y$04$vPhjekcW8PknLUEgpzodUu84/YGUaclFY284UlZvijst1.UOc58si", "p")]
    [InlineData("$2a$04$vPhjekcW8PknLUEgpzodUu84/YGUaclFY284UlZvijst1.UOc58si", "p")]
    [InlineData("$2b$04$vPhjekcW8PknLUEgpzodUu84/YGUaclFY284UlZvijst1.UOc58si", "p")]
    public void KnowsTheRightPasswordOnly(string hash, string password)
    {
        var stored = new PasswordHash(hash);
        Assert.True(stored.Verify(Encoding.UTF8.GetBytes(password)));
        Assert.False(stored.Verify(Encoding.UTF8.GetBytes(password + "x")));
        Assert.False(stored.Verify(Encoding.UTF8.GetBytes(password.ToUpperInvariant())));
        Assert.False(stored.Verify([]));
    }

    [Theory]
    [InlineData("p")]
    [InlineData("")]
    [InlineData("6QIaNU7bByVQ6")]
    [InlineData("{SHA}")]
    [InlineData("$apr1$")]
    [InlineData("$5$")]
    [InlineData("$5$rounds=99999999999$x$y")]
    [InlineData("$5$rounds=9999999$x$y")]
    [InlineData("$5$rounds=")]
    [InlineData("$2y$99$vPhjekcW8PknLUEgpzodUu84/YGUaclFY284UlZvijst1.UOc58si")]
    [InlineData("$2y$04$!!!jekcW8PknLUEgpzodUu84/YGUaclFY284UlZvijst1.UOc58si")]
    public void ATextThatIsNoHashMatchesNothing(string hash)
    {
        Assert.False(new PasswordHash(hash).Verify("p"u8));
        Assert.False(new PasswordHash(hash).Verify([]));
    }
}
