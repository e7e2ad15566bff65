using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Extensibility;

namespace Ingress.Proxy.Configuration.Runtime;

/// <summary>The configuration in force: all objects of all providers under their qualified names, each with its status.</summary>
public sealed record RuntimeConfiguration
{
    /// <summary>HTTP routers, after default entry points and entry-point settings were filled in. Default: none.</summary>
    public IReadOnlyDictionary<string, RuntimeObject<HttpRouterConfig>> HttpRouters { get; init; } = new Dictionary<string, RuntimeObject<HttpRouterConfig>>();

    /// <summary>HTTP services. Default: none.</summary>
    public IReadOnlyDictionary<string, RuntimeObject<HttpServiceConfig>> HttpServices { get; init; } = new Dictionary<string, RuntimeObject<HttpServiceConfig>>();

    /// <summary>HTTP middlewares. Default: none.</summary>
    public IReadOnlyDictionary<string, RuntimeObject<HttpMiddlewareConfig>> HttpMiddlewares { get; init; } = new Dictionary<string, RuntimeObject<HttpMiddlewareConfig>>();

    /// <summary>Transports to HTTP servers. Default: none.</summary>
    public IReadOnlyDictionary<string, ServersTransportConfig> ServersTransports { get; init; } = new Dictionary<string, ServersTransportConfig>();

    /// <summary>TCP routers. Default: none.</summary>
    public IReadOnlyDictionary<string, RuntimeObject<TcpRouterConfig>> TcpRouters { get; init; } = new Dictionary<string, RuntimeObject<TcpRouterConfig>>();

    /// <summary>TCP services. Default: none.</summary>
    public IReadOnlyDictionary<string, RuntimeObject<TcpServiceConfig>> TcpServices { get; init; } = new Dictionary<string, RuntimeObject<TcpServiceConfig>>();

    /// <summary>TCP middlewares. Default: none.</summary>
    public IReadOnlyDictionary<string, RuntimeObject<TcpMiddlewareConfig>> TcpMiddlewares { get; init; } = new Dictionary<string, RuntimeObject<TcpMiddlewareConfig>>();

    /// <summary>Transports to TCP servers. Default: none.</summary>
    public IReadOnlyDictionary<string, TcpServersTransportConfig> TcpServersTransports { get; init; } = new Dictionary<string, TcpServersTransportConfig>();

    /// <summary>UDP routers. Default: none.</summary>
    public IReadOnlyDictionary<string, RuntimeObject<UdpRouterConfig>> UdpRouters { get; init; } = new Dictionary<string, RuntimeObject<UdpRouterConfig>>();

    /// <summary>UDP services. Default: none.</summary>
    public IReadOnlyDictionary<string, RuntimeObject<UdpServiceConfig>> UdpServices { get; init; } = new Dictionary<string, RuntimeObject<UdpServiceConfig>>();

    /// <summary>TLS options by qualified name; those called <c>default</c> stand under that bare name. Default: none.</summary>
    public IReadOnlyDictionary<string, TlsOptionsConfig> TlsOptions { get; init; } = new Dictionary<string, TlsOptionsConfig>();

    /// <summary>The default certificate store. Default: none.</summary>
    public TlsStoreConfig? TlsStore { get; init; }

    /// <summary>Certificates of all providers for the default store. Default: none.</summary>
    public IReadOnlyList<TlsCertificateConfig> TlsCertificates { get; init; } = [];

    /// <summary>What each provider made of what it found, by provider. Default: none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<DiscoveryFinding>> Findings { get; init; } = new Dictionary<string, IReadOnlyList<DiscoveryFinding>>();
}

/// <summary>Where an object stands.</summary>
public enum ObjectStatus
{
    /// <summary>It works.</summary>
    Enabled,

    /// <summary>It works, but not all of it.</summary>
    Warning,

    /// <summary>It does not work and takes no traffic.</summary>
    Disabled,
}

/// <summary>One configured object with its status; the status is filled while the snapshot is built and only health changes it later.</summary>
/// <typeparam name="T">The record that configures it.</typeparam>
public sealed class RuntimeObject<T>(string name, T config)
{
    private readonly Lock gate = new();
    private string[] errors = [];
    private List<string>? usedBy;
    private Dictionary<string, bool>? servers;

    /// <summary>The qualified name.</summary>
    public string Name { get; } = name;

    /// <summary>The provider, the text after <c>@</c>.</summary>
    public string Provider { get; } = QualifiedName.ProviderOf(name);

    /// <summary>Its configuration.</summary>
    public T Config { get; private set; } = config;

    /// <summary>Where it stands.</summary>
    public ObjectStatus Status { get; private set; }

    /// <summary>What is wrong with it, each text once.</summary>
    public IReadOnlyList<string> Errors => errors;

    /// <summary>Routers: the entry points in use. Services and middlewares: the routers that use it.</summary>
    public IReadOnlyCollection<string> UsedBy
    {
        get
        {
            lock (gate)
            {
                return usedBy is null ? [] : [.. usedBy.Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Services: whether each server is up, by URL; only servers with an active check appear.</summary>
    public IReadOnlyDictionary<string, bool> Servers
    {
        get
        {
            lock (gate)
            {
                return servers is null ? new SortedDictionary<string, bool>() : new SortedDictionary<string, bool>(servers, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>Fills in what was left to a default, so that the API shows it; only while the snapshot is built.</summary>
    internal void Complete(T completed) => Config = completed;

    /// <summary>Adds a fault; a critical one disables the object, another one makes it a warning.</summary>
    public void AddError(string text, bool critical)
    {
        lock (gate)
        {
            if (!errors.Contains(text))
            {
                errors = [.. errors, text];
            }

            if (critical)
            {
                Status = ObjectStatus.Disabled;
            }
            else if (Status != ObjectStatus.Disabled)
            {
                Status = ObjectStatus.Warning;
            }
        }
    }

    /// <summary>Notes a user of it; one that names it twice is noted twice.</summary>
    public void AddUser(string name)
    {
        lock (gate)
        {
            (usedBy ??= new List<string>(1)).Add(name);
        }
    }

    /// <summary>Notes a server's health.</summary>
    public void SetServer(string url, bool isUp)
    {
        lock (gate)
        {
            (servers ??= new Dictionary<string, bool>(StringComparer.Ordinal))[url] = isUp;
        }
    }
}
