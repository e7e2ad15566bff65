using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Pipeline.Services.Tcp;
using Ingress.Proxy.Pipeline.Services.Udp;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline;

/// <summary>Makes the UDP routers of one snapshot: each entry point has one service, that of the router whose name sorts last.</summary>
internal sealed partial class UdpRouterBuilder(PipelineBuild build)
{
    private readonly Dictionary<string, UdpService> built = new(StringComparer.Ordinal);
    private readonly List<string> underWay = [];
    private readonly ILogger logger = build.Loggers.CreateLogger<UdpRouterBuilder>();

    /// <summary>The services by entry point; none for an entry point without a router.</summary>
    public IReadOnlyDictionary<string, UdpService> Build(IReadOnlyCollection<string> entryPoints)
    {
        var services = new Dictionary<string, UdpService>(StringComparer.Ordinal);
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var router in build.Configuration.UdpRouters.Values.OrderBy(router => router.Name, StringComparer.Ordinal))
        {
            var known = KnownEntryPoints(router, entryPoints);
            if (known.Count == 0 || TryBuild(router) is not { } service)
            {
                continue;
            }

            foreach (var entryPoint in known)
            {
                if (owners.TryGetValue(entryPoint, out var other))
                {
                    LogShadowed(logger, entryPoint, other, router.Name);
                }

                owners[entryPoint] = router.Name;
                services[entryPoint] = service;
            }
        }

        return services;
    }

    private List<string> KnownEntryPoints(RuntimeObject<UdpRouterConfig> router, IReadOnlyCollection<string> entryPoints)
    {
        if (router.Config.EntryPoints.Count == 0)
        {
            foreach (var entryPoint in entryPoints)
            {
                router.AddUser(entryPoint);
            }

            return [.. entryPoints];
        }

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

    private UdpService? TryBuild(RuntimeObject<UdpRouterConfig> router)
    {
        try
        {
            return router.Config.Service.Length > 0
                ? BuildService(QualifiedName.Resolve(router.Config.Service, router.Name))
                : throw new ConfigurationException("the service is missing on the udp router");
        }
        catch (ConfigurationException fault)
        {
            Fail(router, fault.Message);
            return null;
        }
    }

    private UdpService BuildService(string name)
    {
        if (built.TryGetValue(name, out var ready))
        {
            return ready;
        }

        var runtime = build.Configuration.UdpServices.GetValueOrDefault(name) ?? throw new ConfigurationException($"the UDP service \"{name}\" does not exist");
        if (underWay.Contains(name))
        {
            throw new ConfigurationException($"could not instantiate service {name}: recursion detected in {string.Join("->", underWay.Append(name).Select(step => "service:" + step))}");
        }

        underWay.Add(name);
        try
        {
            return built[name] = BuildConfigured(name, runtime.Config);
        }
        catch (ConfigurationException fault)
        {
            runtime.AddError(fault.Message, critical: true);
            throw;
        }
        finally
        {
            underWay.RemoveAt(underWay.Count - 1);
        }
    }

    private UdpService BuildConfigured(string name, UdpServiceConfig config) => config switch
    {
        { LoadBalancer: not null, Weighted: not null } => throw new ConfigurationException(
            "cannot create service: multi-types service not supported, consider declaring two different pieces of service instead"),
        { LoadBalancer: { } options } => new UdpLoadBalancer([.. Servers(name, options)]),
        { Weighted: { } options } => new UdpWeighted([.. options.Services.Select(child => (BuildService(QualifiedName.Resolve(child.Name, name)), child.Weight ?? 1))]),
        _ => throw new ConfigurationException($"the UDP service \"{name}\" does not have any type defined"),
    };

    private IEnumerable<UdpServer> Servers(string name, UdpLoadBalancerOptions options)
    {
        foreach (var configured in options.Servers)
        {
            if (TcpServer.TrySplit(configured.Address, out var host, out var port))
            {
                yield return new UdpServer(host, port);
            }
            else
            {
                LogAddress(logger, name, configured.Address);
            }
        }
    }

    private void Fail(RuntimeObject<UdpRouterConfig> router, string error, bool critical = true)
    {
        router.AddError(error, critical);
        LogRouter(logger, router.Name, error);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "UDP router {RouterName}: {Error}")]
    private static partial void LogRouter(ILogger logger, string routerName, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "UDP service {ServiceName}: server address \"{Address}\" is skipped; write host:port")]
    private static partial void LogAddress(ILogger logger, string serviceName, string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Entry point {EntryPointName} has more than one UDP router: {RouterName} gives way to {Winner}; keep one of them")]
    private static partial void LogShadowed(ILogger logger, string entryPointName, string routerName, string winner);
}
