using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class PluginTests
{
    [Theory]
    [InlineData("traefik-real-ip", "forwardedHeaders.trustedIPs")]
    [InlineData("geoblock", "ipAllowList")]
    [InlineData("crowdsec-bouncer", "CrowdSec bouncer")]
    [InlineData("traefik-oidc-auth", "OpenID Connect")]
    [InlineData("nobody", "docs/parity.md")]
    public void IsRefusedWithASubstitute(string name, string substitute)
    {
        var fault = Fault(new() { [name] = "x" });
        Assert.StartsWith($"plugin: unknown plugin type: {name}", fault, StringComparison.Ordinal);
        Assert.Contains(substitute, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoPluginsInOneAreRefused()
        => Assert.Equal("plugin: invalid configuration: no configuration or too many plugin definition", Fault(new() { ["one"] = "", ["other"] = "" }));

    private static string Fault(Dictionary<string, object> options)
        => Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build("plugin", options)).Message;
}
