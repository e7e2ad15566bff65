using System.Text.RegularExpressions;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Pipeline.EntryPoints;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>The rules that a decoded static configuration must obey; every broken one is reported.</summary>
internal static partial class StaticValidation
{
    private static readonly string[] ProviderNames =
    [
        "kubernetesgateway", "kubernetescrd", "kubernetes", "kubernetesingressnginx", "swarm", "docker", "file", "redis", "knative", "consul",
        "consulcatalog", "nomad", "etcd", "ecs", "http", "zookeeper", "rest",
    ];

    private static readonly string[] HeaderStrategies = ["", "keep", "delete", "reject"];

    /// <summary>All broken rules.</summary>
    public static List<DecodeFault> Validate(StaticConfiguration settings)
    {
        var faults = new List<DecodeFault>();
        foreach (var (name, entryPoint) in settings.EntryPoints)
        {
            EntryPoint($"entryPoints.{name}", name, entryPoint, faults);
        }

        foreach (var name in settings.Providers.Precedence)
        {
            // The further engines of the Docker provider publish as docker-NAME.
            if (!ProviderNames.Contains(name, StringComparer.OrdinalIgnoreCase) && !name.StartsWith("docker-", StringComparison.OrdinalIgnoreCase))
            {
                Add(faults, "providers.precedence", $"provider {name} is not a valid provider name", NearestKey.Find(name, ProviderNames));
            }
        }

        if (settings.Api is { } api && !BasePath().IsMatch(api.BasePath))
        {
            Add(faults, "api.basePath", $"must be a valid absolute URL path, not \"{api.BasePath}\"");
        }

        if (settings.Core is { DefaultRuleSyntax: not ("v2" or "v3" or "") } core)
        {
            Add(faults, "core.defaultRuleSyntax", $"unsupported default rule syntax \"{core.DefaultRuleSyntax}\"; write v3 or v2");
        }

        foreach (var (responder, replacement) in settings.Ocsp?.ResponderOverrides ?? new Dictionary<string, string>())
        {
            Check(faults, replacement.Length > 0, $"ocsp.responderOverrides.{responder}", "must not be empty");
        }

        Check(faults, !settings.Providers.Sections.ContainsKey("knative") || settings.Experimental is { Knative: true },
            "providers.knative", "needs experimental.knative: true");
        if (settings.Alerts is { } alerts)
        {
            // The URL may hold a token, so it is not repeated.
            Check(faults, alerts.Webhook.Length == 0 || (Uri.TryCreate(alerts.Webhook, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)),
                "alerts.webhook", "must be an http or https URL");
            Check(faults, alerts.Webhook.Length > 0 || alerts.Command.Count > 0, "alerts", "needs webhook or command");
        }

        Resolvers(settings, faults);
        Collectors(settings, faults);
        return faults;
    }

    private static void EntryPoint(string path, string name, EntryPointOptions options, List<DecodeFault> faults)
    {
        try
        {
            EntryPointAddress.Parse(name, options.Address);
        }
        catch (ConfigurationException exception)
        {
            faults.Add(new DecodeFault { Reason = exception.Message });
        }

        Check(faults, options.Http2.MaxConcurrentStreams >= 0, $"{path}.http2.maxConcurrentStreams", "must not be negative");
        Check(faults, options.Http2.MaxDecoderHeaderTableSize >= 0, $"{path}.http2.maxDecoderHeaderTableSize", "must not be negative");
        Check(faults, options.Http2.MaxEncoderHeaderTableSize >= 0, $"{path}.http2.maxEncoderHeaderTableSize", "must not be negative");
        Check(faults, options.Http3 is null or { AdvertisedPort: >= 0 and <= 65535 }, $"{path}.http3.advertisedPort", "must be a port");
        Check(faults, options.Udp.Timeout > GoDuration.Zero, $"{path}.udp.timeout", "timeout should be greater than zero");
        Check(faults, HeaderStrategies.Contains(options.Http.UnderscoreHeadersStrategy), $"{path}.http.underscoreHeadersStrategy",
            $"must be keep, delete or reject, not \"{options.Http.UnderscoreHeadersStrategy}\"");
        Check(faults, HeaderStrategies.Contains(options.Http.AliasHeadersStrategy), $"{path}.http.aliasHeadersStrategy",
            $"must be keep, delete or reject, not \"{options.Http.AliasHeadersStrategy}\"");
        Check(faults, options.ProxyProtocol is not { Insecure: false, TrustedIps.Count: 0 }, $"{path}.proxyProtocol",
            "no trusted IPs provided; set trustedIPs, or insecure: true to believe everybody");
        Addresses($"{path}.forwardedHeaders.trustedIPs", options.ForwardedHeaders.TrustedIps, faults);
        Addresses($"{path}.proxyProtocol.trustedIPs", options.ProxyProtocol?.TrustedIps ?? [], faults);
    }

    private static void Addresses(string path, IReadOnlyList<string> addresses, List<DecodeFault> faults)
    {
        if (addresses.Count == 0)
        {
            return;
        }

        try
        {
            Pipeline.IpRanges.Parse(addresses);
        }
        catch (ConfigurationException exception)
        {
            Add(faults, path, exception.Message);
        }
    }

    private static void Resolvers(StaticConfiguration settings, List<DecodeFault> faults)
    {
        foreach (var (name, resolver) in settings.CertificatesResolvers)
        {
            var path = $"certificatesResolvers.{name}";
            Check(faults, resolver.Acme is null || resolver.Tailscale is null, path, "unable to have acme and tailscale at once; keep one");
            Check(faults, resolver.Acme is not { Storage: "" }, $"{path}.acme.storage", "must not be empty; name a file such as acme.json");
        }
    }

    private static void Collectors(StaticConfiguration settings, List<DecodeFault> faults)
    {
        var allowed = settings.Experimental is { OtlpLogs: true };
        Check(faults, allowed || settings.Log?.Otlp is null, "log.otlp", "needs experimental.otlplogs: true");
        Check(faults, allowed || settings.AccessLog?.Otlp is null, "accessLog.otlp", "needs experimental.otlplogs: true");
        Collector("log.otlp.grpc", settings.Log?.Otlp?.Grpc, faults);
        Collector("accessLog.otlp.grpc", settings.AccessLog?.Otlp?.Grpc, faults);
        Collector("metrics.otlp.grpc", settings.Metrics?.Otlp?.Grpc, faults);
        Collector("tracing.otlp.grpc", settings.Tracing?.Otlp?.Grpc, faults);
    }

    private static void Collector(string path, OtlpGrpcOptions? grpc, List<DecodeFault> faults) =>
        Check(faults, grpc is not { Insecure: true, Tls: not null }, path, "tls and insecure are mutually exclusive; keep one");

    private static void Check(List<DecodeFault> faults, bool holds, string path, string reason)
    {
        if (!holds)
        {
            Add(faults, path, reason);
        }
    }

    private static void Add(List<DecodeFault> faults, string path, string reason, string? suggestion = null) =>
        faults.Add(new DecodeFault { Path = path, Reason = reason, Suggestion = suggestion });

    [GeneratedRegex(@"^/[a-zA-Z0-9/_.:~-]*$")]
    private static partial Regex BasePath();
}
