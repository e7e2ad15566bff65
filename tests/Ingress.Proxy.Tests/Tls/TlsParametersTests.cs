using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Tls;

namespace Ingress.Proxy.Tests.Tls;

public sealed class TlsParametersTests
{
    [Fact]
    public void AProtocolNameThatIsTooLongIsRefused()
    {
        var config = new TlsOptionsConfig { AlpnProtocols = ["h2", new string('x', 256)] };
        Assert.Contains("255 bytes", Assert.Throws<ConfigurationException>(() => new TlsParameters("long", config)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EmptyProtocolNamesAreLeftOut()
    {
        var parameters = new TlsParameters("some", new TlsOptionsConfig { AlpnProtocols = ["h2", "", new string('x', 255)] });
        using var context = parameters.ContextFor(DefaultCertificate.Generated);
        Assert.False(context.IsInvalid);
    }
}
