using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Pipeline.Services;
using Ingress.Proxy.Pipeline.Services.Tcp;
using Ingress.Proxy.Pipeline.Services.Udp;

namespace Ingress.Providers.Labels;

/// <summary>
/// Puts the configurations of workloads together. The same name in several is one object where all agree; services pool their servers. Where they disagree
/// nobody gets the object, and the findings of all say so; but of two versions of one workload the newer speaks.
/// </summary>
internal sealed class WorkloadMerge(Findings findings)
{
    private readonly List<(string Order, Workload Workload, WorkloadConfiguration Configuration)> parts = [];

    public void Add(Workload workload, WorkloadConfiguration configuration) => parts.Add(($"{workload.Name}-{workload.Id}", workload, configuration));

    /// <summary>The whole configuration; sections are there even where they are empty, so that the last route can go.</summary>
    public DynamicConfiguration Merge()
    {
        parts.Sort(static (a, b) => string.CompareOrdinal(a.Order, b.Order));
        return new DynamicConfiguration
        {
            Http = new HttpConfiguration
            {
                Routers = Same("HTTP router", part => part.Routers),
                Services = Pooled<HttpServiceConfig, ServerOptions>(
                    "HTTP service",
                    part => part.Services,
                    service => service.LoadBalancer!.Servers,
                    (service, servers) => service with { LoadBalancer = service.LoadBalancer! with { Servers = servers } },
                    server => server.Url),
                Middlewares = Same("HTTP middleware", part => part.Middlewares),
            },
            Tcp = new TcpConfiguration
            {
                Routers = Same("TCP router", part => part.TcpRouters),
                Services = Pooled<TcpServiceConfig, TcpServerOptions>(
                    "TCP service",
                    part => part.TcpServices,
                    service => service.LoadBalancer!.Servers,
                    (service, servers) => service with { LoadBalancer = service.LoadBalancer! with { Servers = servers } },
                    server => server.Address),
                Middlewares = Same("TCP middleware", part => part.TcpMiddlewares),
            },
            Udp = new UdpConfiguration
            {
                Routers = Same("UDP router", part => part.UdpRouters),
                Services = Pooled<UdpServiceConfig, UdpServerOptions>(
                    "UDP service",
                    part => part.UdpServices,
                    service => service.LoadBalancer!.Servers,
                    (service, servers) => service with { LoadBalancer = service.LoadBalancer! with { Servers = servers } },
                    server => server.Address),
            },
            Tls = new TlsConfiguration { Stores = Same("TLS store", part => part.TlsStores) },
        };
    }

    private Dictionary<string, T> Same<T>(string kind, Func<WorkloadConfiguration, Dictionary<string, T>> select)
        where T : class =>
        Combine(kind, select, static item => item, static items => items[0].Item);

    private Dictionary<string, TService> Pooled<TService, TServer>(
        string kind,
        Func<WorkloadConfiguration, Dictionary<string, TService>> select,
        Func<TService, IReadOnlyList<TServer>> serversOf,
        Func<TService, IReadOnlyList<TServer>, TService> with,
        Func<TServer, string> address)
        where TService : class =>
        Combine(kind, select, service => with(service, []), items =>
        {
            if (items.Count == 1)
            {
                return items[0].Item;
            }

            var staying = items.Exists(item => !item.Workload.IsLeaving && serversOf(item.Item).Count > 0) ? items.FindAll(item => !item.Workload.IsLeaving) : items;
            return with(items[0].Item, [.. staying.SelectMany(item => serversOf(item.Item)).DistinctBy(address, StringComparer.Ordinal)]);
        });

    /// <param name="kind">The kind of object, for findings.</param>
    /// <param name="select">The objects of a workload.</param>
    /// <param name="essence">What must be equal.</param>
    /// <param name="join">Makes one of all.</param>
    private Dictionary<string, T> Combine<T>(
        string kind,
        Func<WorkloadConfiguration, Dictionary<string, T>> select,
        Func<T, T> essence,
        Func<List<(Workload Workload, T Item)>, T> join)
        where T : class
    {
        var byName = new Dictionary<string, List<(Workload Workload, T Item)>>(StringComparer.Ordinal);
        foreach (var (_, workload, configuration) in parts)
        {
            foreach (var (name, item) in select(configuration))
            {
                if (!byName.TryGetValue(name, out var items))
                {
                    byName[name] = items = [];
                }

                items.Add((workload, item));
            }
        }

        var merged = new Dictionary<string, T>(byName.Count, StringComparer.Ordinal);
        foreach (var (name, items) in byName)
        {
            var used = items;
            if (!Agree(items, essence))
            {
                used = Newest(items);
                if (used.Count == 0 || !Agree(used, essence))
                {
                    Refuse(kind, name, items.ConvertAll(item => item.Workload));
                    continue;
                }

                NoteReplaced(kind, name, items.Except(used), used[0].Workload);
            }

            merged[name] = join(used);
        }

        return merged;
    }

    private static bool Agree<T>(List<(Workload Workload, T Item)> items, Func<T, T> essence)
        where T : class =>
        items.Count == 1 || items.Select(item => RecordJson.Canonical(essence(item.Item))).Distinct(StringComparer.Ordinal).Count() == 1;

    /// <summary>Those of the newest version, where all are versions of the same; else none.</summary>
    private static List<(Workload Workload, T Item)> Newest<T>(List<(Workload Workload, T Item)> items)
    {
        var newest = items.MaxBy(item => item.Workload.Version?.Created).Workload.Version;
        return newest is null || items.Exists(item => item.Workload.Version?.Of != newest.Of) ? [] : items.FindAll(item => item.Workload.Version!.Name == newest.Name);
    }

    private void NoteReplaced<T>(string kind, string name, IEnumerable<(Workload Workload, T Item)> older, Workload newest)
    {
        foreach (var (workload, _) in older)
        {
            findings.Warning(workload.DisplayName, $"{kind} \"{name}\" differs in {newest.DisplayName}, a newer version of the same service, which is used instead");
        }
    }

    private void Refuse(string kind, string name, List<Workload> workloads)
    {
        foreach (var workload in workloads)
        {
            var others = string.Join(", ", workloads.Where(other => other != workload).Select(other => other.DisplayName));
            findings.Rejected(
                workload.DisplayName,
                $"{kind} defined multiple times with different configurations: \"{name}\" is also defined by {others}; give it another name or the same settings");
        }
    }
}
