using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class CertificateNamesTests
{
    [Theory]
    [InlineData("CN=a, C=DE, CN=b", "C=DE,CN=a")]
    [InlineData("O=x", "")]
    public void OfCommonNamesTheOneAtTheEndOfTheEncodingCounts(string name, string expected)
        => Assert.Equal(expected, CertificateNames.Of(new X500DistinguishedName(name), ["C", "CN"]));

    [Fact]
    public void ReadsPartsThatStandTogether()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSetOf())
        {
            foreach (var (oid, value) in new[] { ("2.5.4.10", "One"), ("2.5.4.11", "Two") })
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(oid);
                    writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
                }
            }
        }

        Assert.Equal("O=One,OU=Two", CertificateNames.Of(new X500DistinguishedName(writer.Encode()), ["O", "OU"]));
    }

    [Fact]
    public void ANameThatCannotBeReadIsEmpty() => Assert.Equal("", CertificateNames.Of(new X500DistinguishedName(new byte[] { 1, 2, 3 }), ["CN"]));
}
