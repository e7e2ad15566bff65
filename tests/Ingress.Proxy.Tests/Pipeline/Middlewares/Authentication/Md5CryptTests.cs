using Ingress.Proxy.Pipeline.Middlewares.Authentication;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Authentication;

public sealed class Md5CryptTests
{
    [Theory]
    [InlineData("$apr1$", "$apr1$LO8mmnaa$CwCQtQCM.xo.QrMyic0Ay1")]
    [InlineData("$1$", "$1$saltsalt$oVkV3EDq8KTkLj17vu4OM0")]
    public void MakesTheSameHashAsOpenSsl(string mark, string hash)
    {
        Assert.Equal(hash, Md5Crypt.Hash("p"u8, mark, hash));
        Assert.NotEqual(hash, Md5Crypt.Hash("P"u8, mark, hash));
    }
}
