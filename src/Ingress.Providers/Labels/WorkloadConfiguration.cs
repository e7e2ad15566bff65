using Ingress.Proxy.Configuration.DynamicModel;

namespace Ingress.Providers.Labels;

/// <summary>What one workload asks for, with maps that can still be changed.</summary>
internal sealed class WorkloadConfiguration
{
    private WorkloadConfiguration()
    {
    }

    public Dictionary<string, HttpRouterConfig> Routers { get; private init; } = [];

    public Dictionary<string, HttpServiceConfig> Services { get; private init; } = [];

    public Dictionary<string, HttpMiddlewareConfig> Middlewares { get; private init; } = [];

    public Dictionary<string, TcpRouterConfig> TcpRouters { get; private init; } = [];

    public Dictionary<string, TcpServiceConfig> TcpServices { get; private init; } = [];

    public Dictionary<string, TcpMiddlewareConfig> TcpMiddlewares { get; private init; } = [];

    public Dictionary<string, UdpRouterConfig> UdpRouters { get; private init; } = [];

    public Dictionary<string, UdpServiceConfig> UdpServices { get; private init; } = [];

    public Dictionary<string, TlsStoreConfig> TlsStores { get; private init; } = [];

    /// <summary>Whether anything speaks of TCP; such a workload gets no HTTP router unless its labels ask for one.</summary>
    public bool HasTcp => TcpRouters.Count > 0 || TcpServices.Count > 0;

    /// <summary>Whether anything speaks of UDP.</summary>
    public bool HasUdp => UdpRouters.Count > 0 || UdpServices.Count > 0;

    /// <summary>Whether anything speaks of HTTP.</summary>
    public bool HasHttp => Routers.Count > 0 || Services.Count > 0 || Middlewares.Count > 0;

    public static WorkloadConfiguration Of(DynamicConfiguration decoded) => new()
    {
        Routers = Copy(decoded.Http?.Routers),
        Services = Copy(decoded.Http?.Services),
        Middlewares = Copy(decoded.Http?.Middlewares),
        TcpRouters = Copy(decoded.Tcp?.Routers),
        TcpServices = Copy(decoded.Tcp?.Services),
        TcpMiddlewares = Copy(decoded.Tcp?.Middlewares),
        UdpRouters = Copy(decoded.Udp?.Routers),
        UdpServices = Copy(decoded.Udp?.Services),
        TlsStores = Copy(decoded.Tls?.Stores),
    };

    private static Dictionary<string, T> Copy<T>(IReadOnlyDictionary<string, T>? map) =>
        map is null ? new Dictionary<string, T>(StringComparer.Ordinal) : new Dictionary<string, T>(map, StringComparer.Ordinal);
}
