using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Pipeline.Matching;
using Ingress.Proxy.Pipeline.Matching.Tcp;
using Ingress.Proxy.Pipeline.Middlewares.Tcp;
using Ingress.Proxy.Pipeline.Services.Tcp;
using Ingress.Proxy.Tls;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline;

/// <summary>Makes the TCP routers of every entry point for one snapshot.</summary>
internal sealed partial class TcpRouterBuilder(PipelineBuild build, StaticConfiguration settings, TlsBuilder tls)
{
    private readonly TcpServiceBuilder services = new(build, settings.TcpServersTransport);
    private readonly TcpMiddlewareChain middlewares = new(build);
    private readonly ILogger logger = build.Loggers.CreateLogger<TcpRouterBuilder>();

    /// <summary>The routers by entry point: those for clear text and those for TLS.</summary>
    public IReadOnlyDictionary<string, (TcpRouter Plain, TcpRouter Secure)> Build(List<string> entryPoints)
    {
        var routes = entryPoints.ToDictionary(name => name, _ => (Plain: new List<TcpRoute>(), Secure: new List<TcpRoute>()), StringComparer.Ordinal);
        foreach (var router in build.Configuration.TcpRouters.Values.OrderBy(router => router.Name, StringComparer.Ordinal))
        {
            var known = KnownEntryPoints(router, entryPoints);
            if (known.Count == 0 || TryBuild(router) is not { } route)
            {
                continue;
            }

            foreach (var entryPoint in known)
            {
                (router.Config.Tls is null ? routes[entryPoint].Plain : routes[entryPoint].Secure).Add(route);
            }
        }

        var precedence = settings.Providers.Precedence;
        return routes.ToDictionary(
            entry => entry.Key, entry => (new TcpRouter(entry.Value.Plain, precedence), new TcpRouter(entry.Value.Secure, precedence)), StringComparer.Ordinal);
    }

    private List<string> KnownEntryPoints(RuntimeObject<TcpRouterConfig> router, List<string> entryPoints)
    {
        var known = new List<string>();
        foreach (var entryPoint in router.Config.EntryPoints)
        {
            if (entryPoints.Contains(entryPoint))
            {
                known.Add(entryPoint);
                router.AddUser(entryPoint);
            }
            else
            {
                Fail(router, $"entryPoint \"{entryPoint}\" doesn't exist", critical: false);
            }
        }

        if (known.Count == 0)
        {
            Fail(router, "no valid entryPoint for this router");
        }

        return known;
    }

    private TcpRoute? TryBuild(RuntimeObject<TcpRouterConfig> router)
    {
        try
        {
            return Build(router);
        }
        catch (ConfigurationException fault)
        {
            Fail(router, fault.Message);
            return null;
        }
    }

    private TcpRoute Build(RuntimeObject<TcpRouterConfig> router)
    {
        var config = router.Config;
        var priority = TcpRule.PriorityOf(config.Rule, config.Priority);
        if (RouterPriority.Fault(router.Name, priority) is { } fault)
        {
            throw new ConfigurationException(fault);
        }

        if (config.Service.Length == 0)
        {
            throw new ConfigurationException("the service is missing on the router");
        }

        if (config.Rule.Length == 0)
        {
            throw new ConfigurationException("router has no rule");
        }

        var rule = TcpRule.Parse(config.Rule, config.RuleSyntax);
        if (rule.Domains.Count > 0 && config.Tls is null && rule.Domains[0] != "*")
        {
            throw new ConfigurationException($"invalid rule: \"{config.Rule}\" , has HostSNI matcher, but no TLS on router");
        }

        var options = config.Tls is null || config.Tls.Passthrough ? null : Options(router, rule);
        var isBroken = config.Tls is { Passthrough: false } && options is null;
        var handler = isBroken ? null : Handler(router);
        var (condition, names) = rule.Compile();
        return new TcpRoute
        {
            Name = router.Name,
            Priority = priority,
            Condition = condition,
            ServerNames = names,
            IsCatchAll = rule.IsCatchAll,
            Handler = handler,
            Tls = options,
        };
    }

    // Null where the options are broken: the route then closes what it matches.
    private TlsParameters? Options(RuntimeObject<TcpRouterConfig> router, TcpRule rule)
    {
        foreach (var domain in rule.Domains)
        {
            if (!Ascii.IsValid(domain))
            {
                Fail(router, $"invalid domain name value \"{domain}\", non-ASCII characters are not allowed");
            }
        }

        var name = router.Config.Tls!.Options;
        var (options, error) = tls.Parameters(name.Length == 0 || name == "default" ? "default" : QualifiedName.Resolve(name, router.Name));
        if (options is null)
        {
            Fail(router, error);
        }

        return options;
    }

    private TcpHandler Handler(RuntimeObject<TcpRouterConfig> router)
    {
        var service = services.Build(QualifiedName.Resolve(router.Config.Service, router.Name));
        return middlewares.Wrap(router.Config.Middlewares, router.Name, service.HandleAsync);
    }

    private void Fail(RuntimeObject<TcpRouterConfig> router, string error, bool critical = true)
    {
        router.AddError(error, critical);
        LogRouter(logger, router.Name, error);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "TCP router {RouterName}: {Error}")]
    private static partial void LogRouter(ILogger logger, string routerName, string error);
}
