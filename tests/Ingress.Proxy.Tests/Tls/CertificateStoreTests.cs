using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Tls;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingress.Proxy.Tests.Tls;

public sealed class CertificateStoreTests
{
    [Theory]
    [InlineData("gen.test", "www.gen.test", "exact")]
    [InlineData("WWW.gen.test.", "gen.test", "exact")]
    [InlineData("gen.test", "more.gen.test", "larger")]
    [InlineData("bücher.test", "", "people")]
    [InlineData("*.wide.test", "a.wide.test", "wide")]
    [InlineData("gen.test", "none.test", "default")]
    [InlineData("a.wide.test", "", "default")]
    [InlineData("*.*.wide.test", "", "default")]
    public void TheGeneratedDefaultCertificateIsFoundByItsNames(string main, string sans, string expected)
    {
        var configuration = new RuntimeConfiguration
        {
            TlsCertificates =
            [
                Certificate("larger", "gen.test", "www.gen.test", "more.gen.test"), Certificate("exact", "gen.test", "www.gen.test"),
                Certificate("people", "xn--bcher-kva.test"), Certificate("wide", "*.wide.test"),
            ],
            TlsStore = new TlsStoreConfig
            {
                DefaultGeneratedCert = new TlsGeneratedCertificateConfig { Resolver = "le", Domain = new TlsDomain { Main = main, Sans = sans.Split(',', StringSplitOptions.RemoveEmptyEntries) } },
            },
        };

        var store = new CertificateStore(configuration, [], new StateStore(null), NullLogger<CertificateStore>.Instance);

        Assert.Equal(expected == "default" ? DefaultCertificate.Generated.Leaf.Subject : "O=" + expected, store.Default.Leaf.Subject);
    }

    private static TlsCertificateConfig Certificate(string organization, params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("O=" + organization, key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            alternatives.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(9));
        return new TlsCertificateConfig { CertFile = certificate.ExportCertificatePem(), KeyFile = key.ExportPkcs8PrivateKeyPem() };
    }
}
