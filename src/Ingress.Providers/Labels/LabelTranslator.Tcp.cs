using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Pipeline.Services.Tcp;
using Ingress.Proxy.Pipeline.Services.Udp;

namespace Ingress.Providers.Labels;

internal sealed partial class LabelTranslator
{
    private static string? AddTcp(Workload workload, WorkloadConfiguration configuration, Findings findings)
    {
        var services = configuration.TcpServices;
        if (services.Count == 0)
        {
            services[workload.Name] = new TcpServiceConfig { LoadBalancer = new TcpLoadBalancerOptions() };
        }

        foreach (var (name, service) in services.ToArray())
        {
            if (service.LoadBalancer is not { } balancer)
            {
                return $"service \"{name}\" error: load-balancer is not defined";
            }

            if (!workload.Serves)
            {
                services[name] = service with { LoadBalancer = balancer with { Servers = [] } };
                continue;
            }

            var server = balancer.Servers.Count > 0 ? balancer.Servers[0] : new TcpServerOptions();
            if (Address(workload, server.Port, findings, out var address) is { } fault)
            {
                return $"service \"{name}\" error: {fault}";
            }

            services[name] = service with { LoadBalancer = balancer with { Servers = [server with { Address = address, Port = "" }] } };
        }

        foreach (var (name, router) in configuration.TcpRouters.ToArray())
        {
            if (router.Rule.Length == 0)
            {
                findings.Rejected(workload.DisplayName, $"TCP router {name} has no rule (Empty rule); set traefik.tcp.routers.{name}.rule, such as HostSNI(`*`)");
                configuration.TcpRouters.Remove(name);
            }
            else if (router.Service.Length == 0)
            {
                Link(workload, configuration.TcpRouters, services, name, findings, service => router with { Service = service });
            }
        }

        return null;
    }

    private static string? AddUdp(Workload workload, WorkloadConfiguration configuration, Findings findings)
    {
        var services = configuration.UdpServices;
        if (services.Count == 0)
        {
            services[workload.Name] = new UdpServiceConfig { LoadBalancer = new UdpLoadBalancerOptions() };
        }

        foreach (var (name, service) in services.ToArray())
        {
            if (service.LoadBalancer is not { } balancer)
            {
                return $"service \"{name}\" error: load-balancer is not defined";
            }

            if (!workload.Serves)
            {
                services[name] = service with { LoadBalancer = balancer with { Servers = [] } };
                continue;
            }

            var server = balancer.Servers.Count > 0 ? balancer.Servers[0] : new UdpServerOptions();
            if (Address(workload, server.Port, findings, out var address) is { } fault)
            {
                return $"service \"{name}\" error: {fault}";
            }

            services[name] = service with { LoadBalancer = balancer with { Servers = [server with { Address = address, Port = "" }] } };
        }

        foreach (var (name, router) in configuration.UdpRouters.ToArray())
        {
            if (router.Service.Length == 0)
            {
                Link(workload, configuration.UdpRouters, services, name, findings, service => router with { Service = service });
            }
        }

        return null;
    }

    /// <summary>Gives a router the only service, or takes the router out where there are several.</summary>
    private static void Link<TRouter, TService>(
        Workload workload,
        Dictionary<string, TRouter> routers,
        Dictionary<string, TService> services,
        string name,
        Findings findings,
        Func<string, TRouter> link)
    {
        if (services.Count == 1)
        {
            routers[name] = link(services.Keys.First());
            return;
        }

        findings.Rejected(workload.DisplayName, $"Router {name} cannot be linked automatically with multiple Services: [{Names(services)}]");
        routers.Remove(name);
    }
}
