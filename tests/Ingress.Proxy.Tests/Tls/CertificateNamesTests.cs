using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Tls;

namespace Ingress.Proxy.Tests.Tls;

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
            WriteAttribute(writer, "2.5.4.10", "One");
            WriteAttribute(writer, "2.5.4.11", "Two");
        }

        Assert.Equal("O=One,OU=Two", CertificateNames.Of(new X500DistinguishedName(writer.Encode()), ["O", "OU"]));
    }

    [Fact]
    public void TheWholeNameIsInGosOrderWithValuesOfAKindTogether() => Assert.Equal(
        @"SERIALNUMBER=7,CN=\ ann\ ,OU=a\+b#c\; \<d\>\""e\"",O=Home\, Inc.+O=Two,POSTALCODE=80331,STREET=Weg 1,L=München,ST=Bayern,C=DE,"
        + "0.9.2342.19200300.100.1.25=#130474657374,0.9.2342.19200300.100.1.25=#1304686f6d65,1.2.840.113549.1.9.1=#0c0d616e6e40686f6d652e74657374",
        Full(
            ("2.5.4.6", "DE"), ("2.5.4.8", "Bayern"), ("2.5.4.7", "München"), ("2.5.4.10", "Home, Inc."), ("2.5.4.10", "Two"), ("2.5.4.11", "a+b#c; <d>\"e\""),
            ("2.5.4.3", "old"), ("2.5.4.3", " ann "), ("1.2.840.113549.1.9.1", "ann@home.test"), ("0.9.2342.19200300.100.1.25", "home"),
            ("0.9.2342.19200300.100.1.25", "test"), ("2.5.4.5", "7"), ("2.5.4.17", "80331"), ("2.5.4.9", "Weg 1")));

    [Fact]
    public void TheWholeNameHasOnlyWhatIsThere()
    {
        Assert.Equal("O=only", Full(("2.5.4.10", "only")));
        Assert.Equal(@"CN=a\\b,OU=\#x,2.5.4.42=#1303416e6e", Full(("2.5.4.11", "#x"), ("2.5.4.3", @"a\b"), ("2.5.4.42", "Ann")));
        Assert.Equal("", Full());
    }

    [Fact]
    public void ANameThatCannotBeReadIsEmpty() => Assert.Equal("", CertificateNames.Of(new X500DistinguishedName(new byte[] { 1, 2, 3 }), ["CN"]));

    private static string Full(params (string Oid, string Value)[] attributes)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var (oid, value) in attributes)
            {
                using (writer.PushSetOf())
                {
                    WriteAttribute(writer, oid, value);
                }
            }
        }

        return CertificateNames.Full(new X500DistinguishedName(writer.Encode()));
    }

    private static void WriteAttribute(AsnWriter writer, string oid, string value)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
        }
    }
}
