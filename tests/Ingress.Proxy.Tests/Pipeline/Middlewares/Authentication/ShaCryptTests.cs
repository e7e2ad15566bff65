using System.Text;
using Ingress.Proxy.Pipeline.Middlewares.Authentication;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Authentication;

public sealed class ShaCryptTests
{
    // The examples of the specification, as OpenSSL makes them.
    [Theory]
    [InlineData("$5$saltstring", "Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5")]
    [InlineData("$5$rounds=10000$saltstringsaltstring", "Hello world!", "$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA")]
    [InlineData("$5$rounds=10$roundstoolow", "the minimum number is still observed", "$5$rounds=1000$roundstoolow$yfvwcWrQ8l/K0DAWyuPMDNHpIVlTQebY9l/gL972bIC")]
    [InlineData("$6$saltstring", "Hello world!", "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1")]
    public void MakesTheHashesOfTheSpecification(string salt, string password, string expected)
    {
        var hash = ShaCrypt.For(salt)!.Hash(Encoding.UTF8.GetBytes(password), salt);
        Assert.Equal(expected, hash);
    }

    [Fact]
    public void RefusesRoundsThatWouldTakeTheMachine() => Assert.Null(ShaCrypt.For("$5$")!.Hash("p"u8, "$5$rounds=999999999$salt$x"));
}
