using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Extensibility;

namespace Ingress.Proxy.Tests.Configuration.Decoding;

public sealed class DecoderTests
{
    private static readonly DecoderSettings Settings = new()
    {
        Catalogs = new Dictionary<string, OptionCatalog>
        {
            ["middlewares"] = new(new Dictionary<string, Type> { ["addPrefix"] = typeof(Prefix), ["compress"] = typeof(Bare), ["plugin"] = typeof(IReadOnlyDictionary<string, object?>) }),
        },
        Resolvers = [new Vault()],
    };

    [Fact]
    public void DecodesAWholeFile()
    {
        var http = Good("""
            http:
              routers:
                r: {Rule: "Host(`a`)", SERVICE: s, entryPoints: "web, web2", priority: 5.0, tls: {}, middlewares: [" m ", "a,b"]}
                plain: {rule: 5}
                gone: ~
              services:
                s: {loadBalancer: {servers: [{url: http://a, weight: 3}], passHostHeader: "false", healthCheck: {interval: 90}, responseForwarding: {flushInterval: 250ms}}}
              middlewares:
                m: {ADDPREFIX: {prefix: /x}}
                c: {compress: {}}
                n: {addPrefix: }
                e: {}
                p: {plugin: {mine: {list: [1, {a: b}]}}}
            """).Http!;

        var router = http.Routers!["r"];
        Assert.Equal("s", router.Service);
        Assert.Equal(["web", "web2"], router.EntryPoints);
        Assert.Equal(["m", "a,b"], router.Middlewares);
        Assert.Equal(5, router.Priority);
        Assert.NotNull(router.Tls);
        Assert.Equal("5", http.Routers["plain"].Rule);
        Assert.False(http.Routers.ContainsKey("gone"));
        var balancer = http.Services!["s"].LoadBalancer!;
        Assert.False(balancer.PassHostHeader);
        Assert.Equal(3, balancer.Servers[0].Weight);
        Assert.Equal(GoDuration.FromSeconds(90), balancer.HealthCheck!.Interval);
        Assert.Equal(GoDuration.FromSeconds(5), balancer.HealthCheck.Timeout);
        Assert.Equal("/x", Assert.IsType<Prefix>(http.Middlewares!["m"].Sections["addPrefix"]).Path);
        Assert.IsType<Bare>(http.Middlewares["c"].Sections["compress"]);
        Assert.Null(http.Middlewares["n"].Sections["addPrefix"]);
        Assert.Empty(http.Middlewares["e"].Sections);
        var plugin = Assert.IsType<Dictionary<string, object?>>(http.Middlewares["p"].Sections["plugin"]);
        Assert.Equal("""{"mine":{"list":["1",{"a":"b"}]}}""", RecordJson.Canonical(plugin));
    }

    [Theory]
    [InlineData("http: {routers: {r: {rul: x}}}", "http.routers.r.rul", "field not found, node: rul", "rule")]
    [InlineData("http: {router: {r: {rule: x}}}", "http.router", "field not found, node: router", "routers")]
    [InlineData("http: {routers: {r: {entrypoint: x}}}", "http.routers.r.entrypoint", "field not found", "entryPoints")]
    [InlineData("http: {middlewares: {m: {adPrefix: {prefix: x}}}}", "http.middlewares.m.adPrefix", "field not found", "addPrefix")]
    [InlineData("http: {routers: {r: {zzzzzzzz: x}}}", "http.routers.r.zzzzzzzz", "field not found", null)]
    [InlineData("http: {routers: {r: {priority: high}}}", "http.routers.r.priority", "a whole number, not \"high\"", null)]
    [InlineData("http: {routers: {r: {rule: [a, b]}}}", "http.routers.r.rule", "one text, not a list", null)]
    [InlineData("http: {routers: {r: {rule: {a: b}}}}", "http.routers.r.rule", "is given below it", null)]
    [InlineData("http: {routers: [a]}", "http.routers", "not a list", null)]
    [InlineData("http: {routers: {}}", "http.routers", "cannot be a standalone element", null)]
    [InlineData("http: {routers: {r: {observability: {}}}}", "http.routers.r.observability", "cannot be a standalone element", null)]
    [InlineData("http: {middlewares: {m: {addPrefix: {}}}}", "http.middlewares.m.addPrefix", "cannot be a standalone element", null)]
    [InlineData("http: {services: {s: {loadBalancer: {passHostHeader: yes}}}}", "http.services.s.loadBalancer.passHostHeader", "true or false, not \"yes\"", null)]
    [InlineData("http: {services: {s: {loadBalancer: {passHostHeader: \"\"}}}}", "http.services.s.loadBalancer.passHostHeader", "true or false", null)]
    [InlineData("http: {services: {s: {loadBalancer: {healthCheck: {interval: fast}}}}}", "http.services.s.loadBalancer.healthCheck.interval", "a duration", null)]
    [InlineData("http: {services: {s: {loadBalancer: {servers: [{url: a}, {ur: b}]}}}}", "http.services.s.loadBalancer.servers[1].ur", "field not found", "url")]
    [InlineData("http: {services: {s: {loadBalancer: {serversTransport: vault://none}}}}", "http.services.s.loadBalancer.serversTransport", "nothing behind", null)]
    public void NamesPlaceAndReason(string text, string path, string reason, string? suggestion)
    {
        var fault = Assert.Single(Decode(text).Faults);

        Assert.Equal(path, fault.Path);
        Assert.Equal(1, fault.Line);
        Assert.Contains(reason, fault.Reason, StringComparison.Ordinal);
        Assert.Equal(suggestion, fault.Suggestion);
    }

    [Fact]
    public void ReportsEveryFaultAtOnce()
    {
        var result = Decode("http:\n  routers:\n    a: {rul: x}\n    b: {priority: no}\n    c: {rule: fine}\n");

        Assert.Equal([3, 4], result.Faults.Select(fault => fault.Line));
        Assert.Equal("fine", result.Value.Http!.Routers!["c"].Rule);
        Assert.Equal("dyn.yml:3: http.routers.a.rul: field not found, node: rul; did you mean \"rule\"?", result.Faults[0].ToString());
    }

    [Fact]
    public void KeepsSecretsOutOfFaults()
    {
        var root = YamlReader.Read("key: {a: b}\nport: x\n", "s.yml").Root!;

        var faults = Decoder.Decode<Guarded>(root, Settings).Faults;

        Assert.Equal(2, faults.Count);
        Assert.DoesNotContain("\"x\"", faults[1].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api: true", true)]
    [InlineData("api: {}", true)]
    [InlineData("api: \"\"", true)]
    [InlineData("api: false", false)]
    [InlineData("api:", false)]
    [InlineData("api: {insecure: false}", true)]
    public void ABareStructureIsItsDefaultsWhereAllowed(string text, bool given)
    {
        var result = Decoder.Decode<StaticConfiguration>(YamlReader.Read(text, "").Root!, Settings);

        Assert.Empty(result.Faults);
        Assert.Equal(given, result.Value.Api is not null);
    }

    [Fact]
    public void ResolvesReferences() =>
        Assert.Equal("opened:door", Good("http: {routers: {r: {rule: vault://door}}}").Http!.Routers!["r"].Rule);

    [Fact]
    public void DecodesTenThousandRouters()
    {
        var text = new System.Text.StringBuilder("http:\n  routers:\n");
        for (var index = 0; index < 10_000; index++)
        {
            text.Append("    r").Append(index).Append(":\n      rule: Host(`h").Append(index).Append(".test`)\n      service: s\n      entryPoints: [web]\n");
        }

        var routers = Good(text.ToString()).Http!.Routers!;

        Assert.Equal(10_000, routers.Count);
    }

    private static DecodeResult<DynamicConfiguration> Decode(string text)
    {
        var read = YamlReader.Read(text, "dyn.yml");
        Assert.Empty(read.Faults);
        return Decoder.Decode<DynamicConfiguration>(read.Root!, Settings);
    }

    private static DynamicConfiguration Good(string text)
    {
        var result = Decode(text);
        Assert.Empty(result.Faults);
        return result.Value;
    }

    public sealed record Prefix
    {
        [Key("prefix")]
        public string Path { get; init; } = "";
    }

    [AllowEmpty]
    public sealed record Bare
    {
        public int Level { get; init; }
    }

    public sealed record Guarded
    {
        [Secret]
        public string Key { get; init; } = "";

        [Secret]
        public int Port { get; init; }
    }

    private sealed class Vault : IValueResolver
    {
        public string Scheme => "vault";

        public string? Resolve(string reference) => reference == "none" ? null : $"opened:{reference}";
    }
}
