using System.Globalization;
using BenchmarkDotNet.Attributes;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;
using StringBuilder = System.Text.StringBuilder;

namespace Ingress.MicroBenchmarks;

/// <summary>A dynamic configuration from its text, and one container's labels, to records.</summary>
[MemoryDiagnoser]
public class DecoderBenchmarks
{
    private static readonly DecoderSettings Settings = new();
    private static readonly DecoderSettings FromLabels = new() { FromLabels = true };

    private static readonly KeyValuePair<string, string>[] Labels =
    [
        new("traefik.http.routers.shop.rule", "Host(`shop.test`) && PathPrefix(`/api`)"),
        new("traefik.http.routers.shop.entrypoints", "web,websecure"),
        new("traefik.http.routers.shop.tls", "true"),
        new("traefik.http.services.shop.loadbalancer.server.port", "8080"),
        new("traefik.http.services.shop.loadbalancer.sticky.cookie.name", "shop"),
    ];

    private string yaml = "";

    /// <summary>How many routers and services the file has.</summary>
    [Params(1, 1_000)]
    public int Routers { get; set; }

    /// <summary>Writes the file.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var text = new StringBuilder("http:\n  routers:\n");
        for (var number = 0; number < Routers; number++)
        {
            text.Append(CultureInfo.InvariantCulture, $"    r{number}:\n      rule: Host(`host{number}.test`)\n      service: s{number}\n");
        }

        text.Append("  services:\n");
        for (var number = 0; number < Routers; number++)
        {
            text.Append(CultureInfo.InvariantCulture, $"    s{number}:\n      loadBalancer:\n        servers:\n          - url: http://127.0.0.1:8080\n");
        }

        yaml = text.ToString();
    }

    /// <summary>The text to nodes.</summary>
    [Benchmark]
    public object ReadYaml() => YamlReader.Read(yaml, "bench.yml");

    /// <summary>The text to records.</summary>
    [Benchmark]
    public object DecodeYaml() => Decoder.Decode<DynamicConfiguration>(YamlReader.Read(yaml, "bench.yml").Root!, Settings);

    /// <summary>One container's labels to records; the number of routers does not matter.</summary>
    [Benchmark]
    public object DecodeLabels() => Decoder.Decode<DynamicConfiguration>(LabelReader.Read(Labels, "traefik").Root!, FromLabels);
}
