using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Pipeline.EntryPoints;
using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class PassTlsClientCertTests : IDisposable
{
    private readonly X509Certificate2 certificate = Create();

    public void Dispose() => certificate.Dispose();

    [Fact]
    public async Task TellsWhatIsWanted()
    {
        var bench = await RunAsync(new PassTlsClientCertOptions
        {
            Pem = true,
            Info = new TlsClientCertInfoOptions
            {
                NotAfter = true,
                NotBefore = true,
                SerialNumber = true,
                Sans = true,
                Subject = new TlsClientCertSubjectOptions { DomainComponent = true, Country = true, Organization = true, OrganizationalUnit = true, CommonName = true },
                Issuer = new TlsClientCertIssuerOptions { CommonName = true },
            },
        });
        Assert.Equal(Convert.ToBase64String(certificate.RawData), bench.RequestHeaders["X-Forwarded-Tls-Client-Cert"].ToString());
        Assert.Equal(
            "Subject=\"DC=org,DC=example,C=DE,O=Rich & Co; Ltd,OU=One,OU=Two,CN=rich, client\";Issuer=\"CN=rich, client\";SerialNumber=\"4660\";"
            + "NB=\"1000000000\";NA=\"2000000000\";SAN=\"rich.test,*.rich.test,rich@client.test,10.1.2.3,spiffe://lab/rich\"",
            Uri.UnescapeDataString(bench.RequestHeaders["X-Forwarded-Tls-Client-Cert-Info"].ToString().Replace('+', ' ')));
        Assert.Contains("%2A.rich.test", bench.RequestHeaders["X-Forwarded-Tls-Client-Cert-Info"].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheChainFollowsTheCertificate()
    {
        using var issuer = Create();
        var bench = await RunAsync(new PassTlsClientCertOptions { Pem = true, Info = new TlsClientCertInfoOptions { NotBefore = true } }, issuer);
        Assert.Equal($"{Convert.ToBase64String(certificate.RawData)},{Convert.ToBase64String(issuer.RawData)}", bench.RequestHeaders["X-Forwarded-Tls-Client-Cert"].ToString());
        Assert.Equal("NB%3D%221000000000%22%2CNB%3D%221000000000%22", bench.RequestHeaders["X-Forwarded-Tls-Client-Cert-Info"].ToString());
    }

    [Fact]
    public async Task EmptyPartsAreLeftOut()
    {
        var bench = await RunAsync(new PassTlsClientCertOptions
        {
            Info = new TlsClientCertInfoOptions { Subject = new TlsClientCertSubjectOptions { Province = true, SerialNumber = true }, NotBefore = true },
        });
        Assert.Equal("NB%3D%221000000000%22", bench.RequestHeaders["X-Forwarded-Tls-Client-Cert-Info"].ToString());
        Assert.False(bench.RequestHeaders.ContainsKey("X-Forwarded-Tls-Client-Cert"));
    }

    [Fact]
    public async Task WithoutACertificateNothingIsTold()
    {
        var bench = await new MiddlewareBench().RunAsync("passTLSClientCert", new PassTlsClientCertOptions { Pem = true });
        Assert.True(bench.WasForwarded);
        Assert.Empty(bench.RequestHeaders);
    }

    private Task<MiddlewareBench> RunAsync(PassTlsClientCertOptions options, params X509Certificate2[] chain)
    {
        var bench = new MiddlewareBench();
        var state = ConnectionState.Of(new IPEndPoint(IPAddress.Loopback, 1), 0);
        state.ClientCertificates = [certificate, .. chain];
        bench.Context.Features.Set(state);
        bench.RequestHeaders["X_Forwarded_Tls_Client_Cert"] = options.Pem ? "forged" : default;
        return bench.RunAsync("passTLSClientCert", options);
    }

    private static X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = new X500DistinguishedNameBuilder();

        // What is added first is encoded last.
        name.AddCommonName("rich, client");
        name.AddOrganizationalUnitName("Two");
        name.AddOrganizationalUnitName("One");
        name.AddOrganizationName("Rich & Co; Ltd");
        name.AddCountryOrRegion("DE");
        name.AddDomainComponent("example");
        name.AddDomainComponent("org");
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri("spiffe://lab/rich"));
        names.AddDnsName("rich.test");
        names.AddEmailAddress("rich@client.test");
        names.AddIpAddress(IPAddress.Parse("10.1.2.3"));
        names.AddDnsName("*.rich.test");
        request.CertificateExtensions.Add(names.Build());
        return request.Create(
            request.SubjectName,
            X509SignatureGenerator.CreateForECDsa(key),
            DateTimeOffset.FromUnixTimeSeconds(1000000000),
            DateTimeOffset.FromUnixTimeSeconds(2000000000),
            [0x12, 0x34]);
    }
}
