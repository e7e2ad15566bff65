using System.Text;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Extensibility;
using Ingress.Proxy.Pipeline.EntryPoints;
using Ingress.Proxy.Pipeline.Middlewares;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Configuration.Runtime;

/// <summary>Publishes what the static configuration asks for as ordinary objects: API, dashboard, ping, metrics, redirections, challenge, default settings.ServersTransport.</summary>
internal sealed partial class InternalProvider(StaticConfiguration settings, IReadOnlyCollection<string> serviceNames, ILogger logger) : IProvider
{
    private const string ManagementEntryPoint = "traefik";
    private readonly Dictionary<string, HttpRouterConfig> routers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HttpServiceConfig> services = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HttpMiddlewareConfig> middlewares = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "internal";

    /// <inheritdoc/>
    public bool Unthrottled => true;

    /// <inheritdoc/>
    public Task RunAsync(IConfigurationSink sink, CancellationToken cancellation)
    {
        // The demo is there for who routes to it, and does not show in everybody's list.
        foreach (var name in serviceNames.Where(name => name != "demo"))
        {
            services[name] = new HttpServiceConfig();
        }

        services["noop"] = new HttpServiceConfig();
        AddApi();
        AddPing();
        AddMetrics();
        AddChallenge();
        foreach (var (name, entryPoint) in settings.EntryPoints)
        {
            AddRedirection(name, entryPoint);
        }

        sink.Publish(new ProviderMessage
        {
            Provider = Name,
            Configuration = new DynamicConfiguration
            {
                Http = new HttpConfiguration { Routers = routers, Services = services, Middlewares = middlewares, ServersTransports = DefaultTransport() },
                Tcp = new TcpConfiguration { ServersTransports = DefaultTcpTransport() },
            },
        });
        return Task.CompletedTask;
    }

    private void AddApi()
    {
        if (settings.Api is not { Insecure: true } api)
        {
            return;
        }

        var prefix = api.BasePath.TrimEnd('/');
        routers["api"] = Router(ManagementEntryPoint, "api@internal", $"PathPrefix(`{prefix}/api`)", long.MaxValue - 1);
        if (api.Dashboard)
        {
            routers["dashboard"] = Router(ManagementEntryPoint, "dashboard@internal", "PathPrefix(`/`)", long.MaxValue - 2) with
            {
                Middlewares = ["dashboard_redirect@internal", "dashboard_stripprefix@internal"],
            };
            middlewares["dashboard_redirect"] = Middleware("redirectRegex", new RedirectRegexOptions
            {
                Regex = @"^(http:\/\/(\[[\w:.]+\]|[\w\._-]+)(:\d+)?)\/$",
                Replacement = "${1}/dashboard/",
                Permanent = true,
            });
            middlewares["dashboard_stripprefix"] = Middleware("stripPrefix", new StripPrefixOptions { Prefixes = ["/dashboard/", "/dashboard"] });
        }

        if (api.Debug)
        {
            routers["debug"] = Router(ManagementEntryPoint, "api@internal", "PathPrefix(`/debug`)", long.MaxValue - 1);
        }
    }

    private void AddPing()
    {
        if (settings.Ping is { ManualRouting: false } ping)
        {
            routers["ping"] = Router(ping.EntryPoint, "ping@internal", "PathPrefix(`/ping`)", long.MaxValue);
        }
    }

    private void AddMetrics()
    {
        if (settings.Metrics?.Prometheus is { ManualRouting: false } prometheus)
        {
            routers["prometheus"] = Router(prometheus.EntryPoint, "prometheus@internal", "PathPrefix(`/metrics`)", long.MaxValue);
        }
    }

    private void AddChallenge()
    {
        var taking = new List<string>();
        var bypassed = new List<string>();
        foreach (var resolver in settings.CertificatesResolvers.Values)
        {
            if (resolver.Acme?.HttpChallenge is { EntryPoint: { Length: > 0 } name } && !taking.Contains(name) && !bypassed.Contains(name))
            {
                (settings.EntryPoints.TryGetValue(name, out var entryPoint) && entryPoint.AllowAcmeByPass ? bypassed : taking).Add(name);
            }
        }

        const string rule = "PathPrefix(`/.well-known/acme-challenge/`)";
        if (taking.Count > 0)
        {
            routers["acme-http"] = Router("", "acme-http@internal", rule, long.MaxValue) with { EntryPoints = taking };
        }

        if (bypassed.Count > 0)
        {
            routers["acme-http-bypass"] = Router("", "acme-http@internal", rule, 0) with { EntryPoints = bypassed, RuleSyntax = "" };
        }
    }

    private void AddRedirection(string name, EntryPointOptions entryPoint)
    {
        if (entryPoint.Http.Redirections is not { } redirections)
        {
            return;
        }

        if (redirections.EntryPoint is not { To: { Length: > 0 } to } redirection)
        {
            LogNoTarget(logger, name);
            return;
        }

        string port;
        if (to[0] == ':' && ushort.TryParse(to.AsSpan(1), out _))
        {
            port = to[1..];
        }
        else if (settings.EntryPoints.TryGetValue(to, out var target))
        {
            port = EntryPointAddress.Parse(to, target.Address).Endpoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        else
        {
            LogUnknownTarget(logger, name, to);
            return;
        }

        var router = Normalized(name + "-to-" + to);
        var rule = entryPoint.AllowAcmeByPass ? "HostRegexp(`^.+$`) && !PathPrefix(`/.well-known/acme-challenge/`)" : "HostRegexp(`^.+$`)";
        routers[router] = Router(name, "noop@internal", rule, redirection.Priority) with { Middlewares = ["redirect-" + router] };
        middlewares["redirect-" + router] = Middleware("redirectScheme", new RedirectSchemeOptions { Scheme = redirection.Scheme, Port = port, Permanent = redirection.Permanent });
    }

    private Dictionary<string, ServersTransportConfig> DefaultTransport() => new(StringComparer.Ordinal)
    {
        ["default"] = new ServersTransportConfig
        {
            InsecureSkipVerify = settings.ServersTransport.InsecureSkipVerify,
            RootCas = settings.ServersTransport.RootCas,
            MaxIdleConnsPerHost = settings.ServersTransport.MaxIdleConnsPerHost,
            Spiffe = settings.ServersTransport.Spiffe,
            ForwardingTimeouts = settings.ServersTransport.ForwardingTimeouts is not { } timeouts ? null : new ForwardingTimeoutsConfig
            {
                DialTimeout = timeouts.DialTimeout,
                ResponseHeaderTimeout = timeouts.ResponseHeaderTimeout,
                IdleConnTimeout = timeouts.IdleConnTimeout,
            },
        },
    };

    private Dictionary<string, TcpServersTransportConfig> DefaultTcpTransport() => new(StringComparer.Ordinal)
    {
        ["default"] = new TcpServersTransportConfig { DialTimeout = settings.TcpServersTransport.DialTimeout, DialKeepAlive = settings.TcpServersTransport.DialKeepAlive, TerminationDelay = settings.TcpServersTransport.TerminationDelay, Tls = TcpTls(settings.TcpServersTransport.Tls) },
    };

    private static TcpClientTlsConfig? TcpTls(StaticTcpTlsOptions? tls)
        => tls is null ? null : new TcpClientTlsConfig { InsecureSkipVerify = tls.InsecureSkipVerify, RootCas = tls.RootCas, Spiffe = tls.Spiffe };

    private static HttpRouterConfig Router(string entryPoint, string service, string rule, long priority)
        => new() { EntryPoints = [entryPoint], Service = service, Rule = rule, RuleSyntax = "default", Priority = priority };

    private static HttpMiddlewareConfig Middleware(string type, object options) => new() { Sections = new Dictionary<string, object?> { [type] = options } };

    // Letters and digits stay, everything else becomes one dash, and none stands at an end.
    private static string Normalized(string text)
    {
        var normalized = new StringBuilder();
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c))
            {
                normalized.Append(c);
            }
            else if (normalized.Length > 0 && normalized[^1] != '-')
            {
                normalized.Append('-');
            }
        }

        return normalized.ToString().TrimEnd('-');
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Unable to create redirection of {EntryPointName}: the entry point or the port is missing; set http.redirections.entryPoint.to")]
    private static partial void LogNoTarget(ILogger logger, string entryPointName);

    [LoggerMessage(Level = LogLevel.Error, Message = "Unable to create redirection of {EntryPointName}: 'to' entry point field references a non-existing entry point: {Target}")]
    private static partial void LogUnknownTarget(ILogger logger, string entryPointName, string target);
}
