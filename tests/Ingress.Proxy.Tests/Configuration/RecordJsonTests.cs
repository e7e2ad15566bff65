using System.Text;
using System.Text.Json;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.StaticModel;

namespace Ingress.Proxy.Tests.Configuration;

public sealed class RecordJsonTests
{
    [Fact]
    public void WritesAnEntryPointAsTraefikDoes() => Assert.Equal(
        """{"address":":80","transport":{"lifeCycle":{"graceTimeOut":"10s"},"respondingTimeouts":{"readTimeout":"1m0s","idleTimeout":"3m0s"}},"forwardedHeaders":{},"http":{"sanitizePath":true,"maxHeaderBytes":1048576},"http2":{"maxConcurrentStreams":250,"maxDecoderHeaderTableSize":4096,"maxEncoderHeaderTableSize":4096},"udp":{"timeout":"3s"}}""",
        Json(new EntryPointOptions { Address = ":80" }));

    [Fact]
    public void KeepsWhatIsAlwaysShownAndInlinesSections()
    {
        Assert.Equal("""{"loadBalancer":{"strategy":"wrr","passHostHeader":false,"responseForwarding":{"flushInterval":"100ms"}}}""",
            Json(new HttpServiceConfig { LoadBalancer = new() { PassHostHeader = false } }));
        Assert.Equal("""{"m":{"main":"a"}}""",
            Json(new HttpMiddlewareConfig { Sections = new Dictionary<string, object?> { ["m"] = new TlsDomain { Main = "a" }, ["n"] = null } }));
    }

    [Fact]
    public void HidesSecretsOnRequest() =>
        Assert.Equal("""{"ca":"a","key":"xxxx"}""", Json(new ClientTlsOptions { Ca = "a", Key = "k" }, hideSecrets: true));

    [Fact]
    public void CanonicalTextDiffersWithEveryOption()
    {
        var router = new HttpRouterConfig { Rule = "Host(`a`)" };

        Assert.Equal(RecordJson.Canonical(router), RecordJson.Canonical(router with { EntryPoints = new List<string>() }));
        Assert.NotEqual(RecordJson.Canonical(router), RecordJson.Canonical(router with { UsesDefaultRule = true }));
        Assert.NotEqual(RecordJson.Canonical(router), RecordJson.Canonical(router with { Tls = new() }));
    }

    private static string Json(object record, bool hideSecrets = false)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, RecordJson.WriterOptions))
        {
            RecordJson.Write(writer, record, hideSecrets);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
