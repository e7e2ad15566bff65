using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Pipeline.Transports;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Services.Tcp;

/// <summary>Names to TCP services for one snapshot: each is built once, so that all its users share its turns and its health.</summary>
internal sealed partial class TcpServiceBuilder(PipelineBuild build, StaticTcpServersTransportOptions defaultTransport)
{
    private readonly Dictionary<string, TcpService> built = new(StringComparer.Ordinal);
    private readonly List<string> underWay = [];
    private readonly ILogger logger = build.Loggers.CreateLogger<TcpServiceBuilder>();

    /// <summary>The service of a qualified name. A <see cref="ConfigurationException"/> says what is wrong; it is noted on the service too.</summary>
    public TcpService Build(string name)
    {
        if (built.TryGetValue(name, out var ready))
        {
            return ready;
        }

        var runtime = build.Configuration.TcpServices.GetValueOrDefault(name) ?? throw new ConfigurationException($"the service \"{name}\" does not exist");
        if (underWay.Contains(name))
        {
            throw new ConfigurationException($"could not instantiate service {name}: recursion detected in {string.Join("->", underWay.Append(name).Select(step => "service:" + step))}");
        }

        underWay.Add(name);
        try
        {
            return built[name] = BuildConfigured(name, runtime);
        }
        catch (ConfigurationException fault) when (!IsTransportMissing(runtime.Config))
        {
            runtime.AddError(fault.Message, critical: true);
            throw;
        }
        finally
        {
            underWay.RemoveAt(underWay.Count - 1);
        }
    }

    private TcpService BuildConfigured(string name, RuntimeObject<TcpServiceConfig> runtime)
    {
        switch (runtime.Config)
        {
            case { LoadBalancer: not null, Weighted: not null }:
                throw new ConfigurationException("cannot create service: multi-types service not supported, consider declaring two different pieces of service instead");
            case { LoadBalancer: { } options }:
                return BuildLoadBalancer(name, runtime, options);
            case { Weighted: { } options }:
                return BuildWeighted(name, options);
            default:
                throw new ConfigurationException($"the service \"{name}\" does not have any type defined");
        }
    }

    private TcpLoadBalancer BuildLoadBalancer(string name, RuntimeObject<TcpServiceConfig> runtime, TcpLoadBalancerOptions options)
    {
        var transport = new TcpServersTransport(TransportOf(name, options), options.ProxyProtocol, build.Time, fault => LogFault(logger, name, fault));
        var servers = new List<TcpServer>();
        foreach (var configured in options.Servers)
        {
            if (TcpServer.TryParse(configured.Address, configured.Tls, out var server))
            {
                servers.Add(server);
                runtime.SetServer(server.Address, isUp: true);
            }
            else
            {
                LogFault(logger, name, $"server address \"{configured.Address}\" is skipped; write host:port");
            }
        }

        if (options.HealthCheck is { } health)
        {
            var check = new TcpHealthCheck(runtime, health, servers, build.Time, logger);
            build.Background.Add(check.RunAsync);
        }

        return new TcpLoadBalancer(name, [.. servers], transport, options.HealthCheck is not null, build.Time, logger);
    }

    private TcpServersTransportConfig TransportOf(string name, TcpLoadBalancerOptions options)
    {
        if (options.ServersTransport.Length == 0)
        {
            var config = TcpServersTransport.Default(defaultTransport);

            // The deprecated option is milliseconds by its description, but Traefik 3 has always read it as nanoseconds: only a negative one makes a difference.
            return options.TerminationDelay is { } delay ? config with { TerminationDelay = new GoDuration(delay) } : config;
        }

        var transport = QualifiedName.Resolve(options.ServersTransport, name);
        return build.Configuration.TcpServersTransports.GetValueOrDefault(transport) ?? throw new ConfigurationException($"no transport configuration found for \"{transport}\"");
    }

    private TcpWeighted BuildWeighted(string name, TcpWeightedOptions options)
    {
        var children = new List<(TcpService, int)>();
        foreach (var configured in options.Services)
        {
            var child = Build(QualifiedName.Resolve(configured.Name, name));
            if (options.HealthCheck is not null && !child.HasHealth)
            {
                throw new ConfigurationException($"healthCheck of {name} needs a healthCheck in {configured.Name} too");
            }

            children.Add((child, configured.Weight ?? 1));
        }

        return new TcpWeighted(name, children, options.HealthCheck is not null, logger);
    }

    // As in Traefik an unknown transport is the router's fault, and the service stays enabled.
    private bool IsTransportMissing(TcpServiceConfig config)
        => config.LoadBalancer is { ServersTransport.Length: > 0 } options
            && !build.Configuration.TcpServersTransports.ContainsKey(QualifiedName.Resolve(options.ServersTransport, underWay[^1]));

    [LoggerMessage(Level = LogLevel.Error, Message = "TCP service {ServiceName}: {Fault}")]
    private static partial void LogFault(ILogger logger, string serviceName, string fault);
}
