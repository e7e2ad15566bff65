using Ingress.Providers.Docker;
using Ingress.Providers.DockerEngine;
using Ingress.Proxy.Configuration;

namespace Ingress.Providers.Tests.DockerEngine;

public sealed class EngineEndpointTests
{
    private readonly Dictionary<string, string> environment = [];

    [Theory]
    [InlineData("unix:///var/run/docker.sock", "unix", "/var/run/docker.sock")]
    [InlineData("/run/podman/podman.sock", "unix", "/run/podman/podman.sock")]
    [InlineData("tcp://127.0.0.1:2375", "tcp", "127.0.0.1:2375")]
    [InlineData("HTTPS://engine:2376", "https", "engine:2376")]
    [InlineData("npipe:////./pipe/docker_engine", "npipe", "//./pipe/docker_engine")]
    [InlineData("ssh://root@nas:22/run/docker.sock", "ssh", "root@nas:22/run/docker.sock")]
    public void AnAddressIsASchemeAndAPlace(string address, string scheme, string place) =>
        Assert.Equal((scheme, place), From(new DockerProviderOptions { Endpoint = address }).Split());

    [Fact]
    public void DockersVariablesWinOverTheOptions()
    {
        environment["DOCKER_HOST"] = "tcp://engine:2376";
        environment["DOCKER_CERT_PATH"] = "/certs";
        environment["DOCKER_TLS_VERIFY"] = "1";
        var endpoint = From(new DockerProviderOptions { Endpoint = "unix:///x.sock", Tls = new EngineTlsOptions { Ca = "other" } });

        Assert.Equal("tcp://engine:2376", endpoint.Address);
        Assert.Equal(new EngineTlsOptions { Ca = "/certs/ca.pem", Cert = "/certs/cert.pem", Key = "/certs/key.pem" }, endpoint.Tls);
    }

    [Fact]
    public void CertificatesWithoutVerificationAreTakenAsDockerTakesThem()
    {
        environment["DOCKER_CERT_PATH"] = "/certs";

        Assert.True(From(new DockerProviderOptions()).Tls!.InsecureSkipVerify);
    }

    [Theory]
    [InlineData("1.41", 41)]
    [InlineData("v1.41", 41)]
    [InlineData("latest", null)]
    [InlineData("", null)]
    public void TheVersionOfTheVariableIsUsedWhereItIsOne(string text, int? minor)
    {
        environment["DOCKER_API_VERSION"] = text;

        Assert.Equal(minor, From(new DockerProviderOptions()).ApiVersion?.Minor);
    }

    [Theory]
    [InlineData("tcp://engine:2376", false)]
    [InlineData("http://engine:2376", false)]
    [InlineData("https://engine:2376", true)]
    public void WithoutOptionsOnlyHttpsIsEncrypted(string address, bool encrypted) =>
        Assert.Equal(encrypted, From(new DockerProviderOptions { Endpoint = address }).Tls is not null);

    [Theory]
    [InlineData("", "", null)]
    [InlineData("user", "", null)]
    [InlineData("", "secret", null)]
    [InlineData("user", "sécret", "Basic dXNlcjpzw6ljcmV0")]
    public void UserAndPasswordAreBothNeeded(string user, string password, string? expected) =>
        Assert.Equal(expected, From(new DockerProviderOptions { Username = user, Password = password }).Authorization);

    [Theory]
    [InlineData(0, -1)]
    [InlineData(-5, -1)]
    [InlineData(2, 2000)]
    public void ATimeoutOfZeroAndLessIsNoLimit(int seconds, int milliseconds) =>
        Assert.Equal(milliseconds, From(new DockerProviderOptions { HttpClientTimeout = GoDuration.FromSeconds(seconds) }).Timeout.TotalMilliseconds);

    private EngineEndpoint From(DockerProviderOptions options) => EngineEndpoint.From(options, environment.GetValueOrDefault);
}
