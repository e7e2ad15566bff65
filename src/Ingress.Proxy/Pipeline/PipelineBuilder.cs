using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Extensibility;
using Ingress.Proxy.Pipeline.EntryPoints;
using Ingress.Proxy.Pipeline.Matching;
using Ingress.Proxy.Pipeline.Middlewares;
using Ingress.Proxy.Pipeline.Services;
using Ingress.Proxy.Pipeline.Services.Udp;
using Ingress.Proxy.Tls;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline;

/// <summary>Makes the handlers of every entry point from one merged configuration. A broken object gets its reasons and no traffic; all others work.</summary>
internal sealed partial class PipelineBuilder(
    StaticConfiguration settings,
    IReadOnlyDictionary<string, IInternalService> internalServices,
    IReadOnlyList<ICertificateSource> certificateSources,
    ILoggerFactory loggers,
    TimeProvider time)
{
    private readonly ILogger logger = loggers.CreateLogger<PipelineBuilder>();
    private readonly List<string> udpEntryPoints = [.. settings.EntryPoints.Where(pair => EntryPointAddress.Parse(pair.Key, pair.Value.Address).IsUdp).Select(pair => pair.Key)];
    private readonly List<string> httpEntryPoints = [.. settings.EntryPoints.Where(pair => !EntryPointAddress.Parse(pair.Key, pair.Value.Address).IsUdp).Select(pair => pair.Key)];

    /// <summary>Builds a snapshot that takes over the state of the one before.</summary>
    public Snapshot Build(RuntimeConfiguration configuration, StateStore? previous)
    {
        var build = new PipelineBuild
        {
            Configuration = configuration,
            State = new StateStore(previous),
            Loggers = loggers,
            Time = time,
            InternalServices = internalServices,
            MarksFastProxy = settings.Experimental?.FastProxy is { Debug: true },
        };
        var middlewares = new MiddlewareChain(build);
        var services = new ServiceBuilder(build, middlewares);
        build.Service = services.Build;
        var certificates = new CertificateStore(configuration, certificateSources, build.State, loggers.CreateLogger<CertificateStore>());
        var tls = new TlsBuilder(configuration, certificates);
        if (settings.Ocsp is { } ocsp)
        {
            build.Background.Add(new OcspStapler(ocsp, [.. certificates.Certificates, certificates.Default], time, loggers.CreateLogger<OcspStapler>()).RunAsync);
        }

        var tree = new RouterTree(configuration.HttpRouters, settings.Providers.Precedence);
        var entries = httpEntryPoints.ToDictionary(name => name, _ => new EntryPointRouters(), StringComparer.Ordinal);
        foreach (var router in configuration.HttpRouters.Values)
        {
            NoteEntryPoints(router);
        }

        foreach (var router in tree.Roots)
        {
            AddRouter(router, tree, new RouterParts(middlewares, services, tls), entries);
        }

        var streams = new TcpRouterBuilder(build, settings, tls).Build(httpEntryPoints);
        var handlers = new Dictionary<string, EntryPointHandlers>(StringComparer.Ordinal);
        foreach (var (name, routers) in entries)
        {
            handlers[name] = new EntryPointHandlers
            {
                Http = HttpRouter.Build(routers.Plain, settings.Providers.Precedence, Disable),
                Https = HttpRouter.Build(routers.Secure, settings.Providers.Precedence, Disable),
                Tls = tls.SelectorFor(name),
                Tcp = streams[name].Plain,
                TcpTls = streams[name].Secure,
            };
        }

        var datagrams = new UdpRouterBuilder(build).Build(udpEntryPoints);
        return new Snapshot(configuration, handlers, datagrams, build.State, build.Background, [.. certificates.Certificates.Select(certificate => certificate.Leaf)]);

        void Disable(RouterEntry entry, string error)
        {
            if (configuration.HttpRouters.TryGetValue(entry.Name, out var router))
            {
                Fail(router, error);
            }
        }
    }

    private void NoteEntryPoints(RuntimeObject<HttpRouterConfig> router)
    {
        var names = router.Config.EntryPoints;
        for (var i = 0; i < names.Count; i++)
        {
            if (httpEntryPoints.Contains(names[i]) && !names.Take(i).Contains(names[i], StringComparer.Ordinal))
            {
                router.AddUser(names[i]);
            }
        }
    }

    private void AddRouter(RuntimeObject<HttpRouterConfig> router, RouterTree tree, RouterParts parts, Dictionary<string, EntryPointRouters> entries)
    {
        var config = router.Config;
        var known = new List<string>();
        foreach (var entryPoint in config.EntryPoints)
        {
            if (entries.ContainsKey(entryPoint))
            {
                known.Add(entryPoint);
            }
            else
            {
                router.AddError($"entryPoint \"{entryPoint}\" doesn't exist", critical: false);
                LogRouter(logger, router.Name, $"entryPoint \"{entryPoint}\" doesn't exist");
            }
        }

        if (known.Count == 0)
        {
            Fail(router, "no valid entryPoint for this router");
            return;
        }

        if (config.Tls is not null)
        {
            // A broken router's hosts keep its TLS options, so that they are never served with weaker ones.
            foreach (var entryPoint in known)
            {
                parts.Tls.AddHosts(entryPoint, router);
            }
        }

        try
        {
            TlsConflicts.Note(router);
            var handler = BuildHandler(router, tree, parts);
            foreach (var entryPoint in known)
            {
                var entry = new RouterEntry(router.Name, config.Rule, config.RuleSyntax, config.Priority, handler);
                (config.Tls is null ? entries[entryPoint].Plain : entries[entryPoint].Secure).Add(entry);
            }
        }
        catch (ConfigurationException error)
        {
            Fail(router, error.Message);
        }
    }

    private RequestDelegate BuildHandler(RuntimeObject<HttpRouterConfig> router, RouterTree tree, RouterParts parts)
    {
        var config = router.Config;
        var options = config.Tls is null ? null : parts.Tls.OptionsOf(router);
        var children = tree.ChildrenOf(router);
        if (children.Count == 0 && config.Service.Length == 0)
        {
            throw new ConfigurationException("router must have either a service or child routers");
        }

        var service = children.Count > 0
            ? tree.Dispatch(router, child => BuildHandler(child, tree, parts))
            : parts.Services.Build(QualifiedName.Resolve(config.Service, router.Name), router.Name);
        var handler = parts.Middlewares.Wrap(config.Middlewares, router.Name, service);
        if (config.EntryPoints is [var only] && settings.EntryPoints.TryGetValue(only, out var entryPoint) && entryPoint.Http.EncodedCharacters is { } policy)
        {
            handler = EncodedCharacters.Before(handler, new EncodedCharactersOptions
            {
                AllowEncodedSlash = policy.AllowEncodedSlash ?? true,
                AllowEncodedBackSlash = policy.AllowEncodedBackSlash ?? true,
                AllowEncodedNullCharacter = policy.AllowEncodedNullCharacter ?? true,
                AllowEncodedSemicolon = policy.AllowEncodedSemicolon ?? true,
                AllowEncodedPercent = policy.AllowEncodedPercent ?? true,
                AllowEncodedQuestionMark = policy.AllowEncodedQuestionMark ?? true,
                AllowEncodedHash = policy.AllowEncodedHash ?? true,
            });
        }

        if (options is not null)
        {
            handler = new SniCheck(handler, options.Name).InvokeAsync;
        }

        if (config.UsesDefaultRule)
        {
            handler = new RecursionGuard(handler, router.Name).InvokeAsync;
        }

        return new RouterScope(handler, router).InvokeAsync;
    }

    private void Fail(RuntimeObject<HttpRouterConfig> router, string error)
    {
        router.AddError(error, critical: true);
        LogRouter(logger, router.Name, error);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Router {RouterName}: {Error}")]
    private static partial void LogRouter(ILogger logger, string routerName, string error);

    private sealed record RouterParts(MiddlewareChain Middlewares, ServiceBuilder Services, TlsBuilder Tls);

    private sealed class EntryPointRouters
    {
        public List<RouterEntry> Plain { get; } = [];

        public List<RouterEntry> Secure { get; } = [];
    }
}

/// <summary>One built configuration.</summary>
/// <param name="Configuration">All objects with their status.</param>
/// <param name="EntryPoints">The handlers by entry point.</param>
/// <param name="UdpEntryPoints">Where the datagrams of UDP entry points go.</param>
/// <param name="State">The state that the next snapshot may take over.</param>
/// <param name="Background">Work to run while this snapshot is in force.</param>
/// <param name="Certificates">The certificates on offer, without the generated default one.</param>
internal sealed record Snapshot(
    RuntimeConfiguration Configuration,
    IReadOnlyDictionary<string, EntryPointHandlers> EntryPoints,
    IReadOnlyDictionary<string, UdpService> UdpEntryPoints,
    StateStore State,
    IReadOnlyList<Func<CancellationToken, Task>> Background,
    IReadOnlyList<X509Certificate2> Certificates);
