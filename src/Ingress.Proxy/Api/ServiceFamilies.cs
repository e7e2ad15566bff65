using System.Text.Json;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;

namespace Ingress.Proxy.Api;

/// <summary>What the services of all protocols share: their type and their servers.</summary>
internal abstract class ServiceFamily<T>(Func<RuntimeConfiguration, IReadOnlyDictionary<string, RuntimeObject<T>>> objects) : ObjectFamily<T>("service", objects)
    where T : class
{
    /// <summary>How many servers a service has.</summary>
    protected abstract int ServersOf(T config);

    /// <inheritdoc/>
    protected override IComparable? SortKey(RuntimeObject<T> item, string sortBy) => sortBy switch
    {
        "type" => ObjectText.KindOf(item.Config),
        "servers" => ServersOf(item.Config),
        "provider" => item.Provider,
        "status" => ObjectText.Of(item.Status),
        _ => null,
    };

    /// <inheritdoc/>
    protected override void WriteConfig(Utf8JsonWriter writer, RuntimeObject<T> item, bool named) => RecordJson.WriteProperties(writer, item.Config);

    /// <inheritdoc/>
    protected override void WriteTail(Utf8JsonWriter writer, RuntimeObject<T> item, bool named)
    {
        if (named && ObjectText.KindOf(item.Config) is { Length: > 0 } kind)
        {
            writer.WriteString("type", kind);
        }

        var servers = item.Servers;
        if (servers.Count > 0)
        {
            writer.WriteStartObject("serverStatus");
            foreach (var (url, isUp) in servers)
            {
                writer.WriteString(url, isUp ? "UP" : "DOWN");
            }

            writer.WriteEndObject();
        }
    }
}

/// <summary><c>/api/http/services</c>.</summary>
internal sealed class HttpServiceFamily() : ServiceFamily<HttpServiceConfig>(current => current.HttpServices)
{
    /// <inheritdoc/>
    protected override int ServersOf(HttpServiceConfig config) => config.LoadBalancer?.Servers.Count ?? 0;
}

/// <summary><c>/api/tcp/services</c>.</summary>
internal sealed class TcpServiceFamily() : ServiceFamily<TcpServiceConfig>(current => current.TcpServices)
{
    /// <inheritdoc/>
    protected override int ServersOf(TcpServiceConfig config) => config.LoadBalancer?.Servers.Count ?? 0;

    /// <inheritdoc/>
    protected override void WriteConfig(Utf8JsonWriter writer, RuntimeObject<TcpServiceConfig> item, bool named)
        => RecordJson.WriteProperties(writer, item.Config is { LoadBalancer: { ServersTransport.Length: > 0 } balancer } && item.UsedBy.Count > 0
            ? item.Config with { LoadBalancer = balancer with { ServersTransport = QualifiedName.Resolve(balancer.ServersTransport, item.Name) } }
            : item.Config);
}

/// <summary><c>/api/udp/services</c>.</summary>
internal sealed class UdpServiceFamily() : ServiceFamily<UdpServiceConfig>(current => current.UdpServices)
{
    /// <inheritdoc/>
    protected override int ServersOf(UdpServiceConfig config) => config.LoadBalancer?.Servers.Count ?? 0;
}
