using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Tls.Acme;

namespace Ingress.Proxy.Tests.Tls.Acme;

public sealed class WantedNamesTests
{
    [Theory]
    [InlineData("HostSNI(`a.test`) || HostSNI(`b.test`)", "a.test,b.test")]
    [InlineData("HostSNI(`*.a.test`)", "*.a.test")]
    [InlineData("HostSNI(`*`)", "")]
    [InlineData("HostSNI(`a.test`) && !HostSNI(`b.test`)", "a.test")]
    [InlineData("HostSNIRegexp(`^.+$`)", "")]
    [InlineData("HostSNI(`a.test`", "")]
    public void ATcpRouterWantsTheNamesOfItsRule(string rule, string expected)
    {
        var router = new TcpRouterConfig { Rule = rule, Service = "app", Tls = new TcpRouterTlsConfig { CertResolver = "le" } };
        Assert.Equal(expected, Wanted(new RuntimeConfiguration { TcpRouters = One("db@file", router) }));
    }

    [Theory]
    [InlineData("Host(`a.test`) && PathPrefix(`/p`) || Host(`B.test`)", "a.test,b.test")]
    [InlineData("HostRegexp(`^.+$`)", "")]
    [InlineData("!Host(`a.test`)", "")]
    public void AnHttpRouterWantsTheNamesOfItsRule(string rule, string expected)
    {
        var router = new HttpRouterConfig { Rule = rule, Service = "app", Tls = new RouterTlsConfig { CertResolver = "le" } };
        Assert.Equal(expected, Wanted(new RuntimeConfiguration { HttpRouters = One("web@file", router) }));
    }

    [Fact]
    public void DomainsTakeThePlaceOfTheRuleAndMakeACertificateEach()
    {
        var router = new HttpRouterConfig
        {
            Rule = "Host(`a.test`)",
            Service = "app",
            Tls = new RouterTlsConfig { CertResolver = "le", Domains = [new TlsDomain { Main = "*.b.test", Sans = ["b.test"] }, new TlsDomain { Sans = ["c.test"] }, new TlsDomain()] },
        };
        Assert.Equal("*.b.test,b.test;,c.test", Wanted(new RuntimeConfiguration { HttpRouters = One("web@file", router) }));
    }

    [Theory]
    [InlineData("le", true)]
    [InlineData("other", false)]
    [InlineData("", false)]
    public void TheStoreWantsItsGeneratedDefaultCertificate(string resolver, bool expected)
    {
        var store = new TlsStoreConfig { DefaultGeneratedCert = new TlsGeneratedCertificateConfig { Resolver = resolver, Domain = new TlsDomain { Main = "a.test", Sans = ["b.test"] } } };
        var wanted = WantedNames.Of(new RuntimeConfiguration { TlsStore = store }).GetValueOrDefault("le", []);
        Assert.Equal(expected, wanted is [{ Main: "a.test", Sans: ["b.test"], IsDefault: true }]);
        Assert.Empty(WantedNames.Of(new RuntimeConfiguration { TlsStore = store with { DefaultCertificate = new TlsCertificateConfig() } }));
    }

    private static string Wanted(RuntimeConfiguration configuration)
        => string.Join(';', WantedNames.Of(configuration).GetValueOrDefault("le", []).Select(certificate => string.Join(',', certificate.Sans.Prepend(certificate.Main))));

    private static Dictionary<string, RuntimeObject<T>> One<T>(string name, T config) => new() { [name] = new RuntimeObject<T>(name, config) };
}
