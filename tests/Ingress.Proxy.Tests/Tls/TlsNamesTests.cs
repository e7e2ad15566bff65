using Ingress.Proxy.Configuration;
using Ingress.Proxy.Tls;

namespace Ingress.Proxy.Tests.Tls;

public sealed class TlsNamesTests
{
    [Theory]
    [InlineData("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")]
    [InlineData("TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")]
    public void SuitesAreInTheSameOrderHoweverTheyAreListed(params string[] names)
        => Assert.Equal("ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-SHA:AES128-GCM-SHA256", TlsNames.CipherList(names));

    [Fact]
    public void SuitesOfTls13CannotBeChosen() => Assert.Equal("", TlsNames.CipherList(["TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"]));

    [Fact]
    public void AnUnknownSuiteIsNamed() => Assert.Contains("TLS_NO_SUCH", Assert.Throws<ConfigurationException>(() => TlsNames.CipherList(["TLS_NO_SUCH"])).Message, StringComparison.Ordinal);
}
