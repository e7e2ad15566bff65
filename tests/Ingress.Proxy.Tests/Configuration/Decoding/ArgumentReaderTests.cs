using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.StaticModel;

namespace Ingress.Proxy.Tests.Configuration.Decoding;

public sealed class ArgumentReaderTests
{
    [Fact]
    public void TakesEveryFormOfAFlag()
    {
        var configuration = Good(
            "--entryPoints.Web.address=:80", "--entrypoints.Web.forwardedheaders.trustedips=10.0.0.1", "--entrypoints.Web.forwardedHeaders.trustedIPs=10.0.0.2",
            "-api.insecure", "--ping", "--log.level", "DEBUG", "--entrypoints.Web.transport.respondingtimeouts.readtimeout", "5",
            "--entrypoints.Web.http.tls.domains[0].main=a.test", "--accesslog=false", "--metrics.prometheus.buckets=0.1,2");

        var web = configuration.EntryPoints["Web"];
        Assert.Equal(":80", web.Address);
        Assert.Equal(["10.0.0.1", "10.0.0.2"], web.ForwardedHeaders.TrustedIps);
        Assert.True(configuration.Api!.Insecure);
        Assert.NotNull(configuration.Ping);
        Assert.Equal("DEBUG", configuration.Log!.Level);
        Assert.Equal("5s", web.Transport.RespondingTimeouts.ReadTimeout.ToString());
        Assert.Equal("a.test", web.Http.Tls!.Domains[0].Main);
        Assert.Null(configuration.AccessLog);
        Assert.Equal([0.1, 2], configuration.Metrics!.Prometheus!.Buckets);
    }

    [Fact]
    public void ASwitchNeverTakesTheNextWord()
    {
        var configuration = Good("--api.insecure", "false", "--ping");

        Assert.True(configuration.Api!.Insecure);
        Assert.Null(configuration.Ping);
    }

    [Theory]
    [InlineData("--nosuch=1", "nosuch")]
    [InlineData("--api.insecure=maybe", "api.insecure")]
    [InlineData("---x", "---x")]
    [InlineData("--api..x", "--api..x")]
    [InlineData("--metrics", "metrics")]
    public void NamesTheFlagThatIsWrong(string flag, string path) => Assert.Equal(path, Assert.Single(Decode(flag).Faults).Path);

    private static StaticConfiguration Good(params string[] arguments)
    {
        var result = Decode(arguments);
        Assert.Empty(result.Faults);
        return result.Value;
    }

    private static DecodeResult<StaticConfiguration> Decode(params string[] arguments)
    {
        var settings = new DecoderSettings();
        var read = ArgumentReader.Read<StaticConfiguration>(arguments, settings);
        var result = Decoder.Decode<StaticConfiguration>(read.Root ?? Node.OfMap(""), settings);
        return result with { Faults = [.. read.Faults, .. result.Faults] };
    }
}
