using System.Globalization;
using System.Text.Json;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Pipeline.Matching;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary><c>/api/http/routers</c>.</summary>
internal sealed class HttpRouterFamily() : ObjectFamily<HttpRouterConfig>("router", current => current.HttpRouters)
{
    /// <inheritdoc/>
    protected override string UsersKey => "using";

    /// <inheritdoc/>
    protected override string SearchedText(RuntimeObject<HttpRouterConfig> item) => item.Config.Rule;

    /// <inheritdoc/>
    protected override bool MatchesMore(RuntimeObject<HttpRouterConfig> item, IQueryCollection query)
    {
        var service = query["serviceName"].ToString();
        var middleware = query["middlewareName"].ToString();
        return (service.Length == 0 || item.Config.Service == service || QualifiedName.Resolve(item.Config.Service, item.Name) == service)
            && (middleware.Length == 0 || item.Config.Middlewares.Any(name => QualifiedName.Resolve(name, item.Name) == middleware));
    }

    /// <inheritdoc/>
    protected override IComparable? SortKey(RuntimeObject<HttpRouterConfig> item, string sortBy) => sortBy switch
    {
        "provider" => item.Provider,
        "priority" => Priority(item),
        "status" => ObjectText.Of(item.Status),
        "rule" => item.Config.Rule,
        "service" => item.Config.Service,
        "entryPoints" => item.Config.EntryPoints.Count,
        _ => null,
    };

    /// <inheritdoc/>
    protected override void WriteConfig(Utf8JsonWriter writer, RuntimeObject<HttpRouterConfig> item, bool named)
    {
        var shown = item.Config with
        {
            Priority = Priority(item),
            Middlewares = [.. item.Config.Middlewares.Select(name => QualifiedName.Resolve(name, item.Name))],
        };
        if (shown.Tls is { } tls)
        {
            shown = shown with { Tls = tls with { Options = named && tls.Options.Length == 0 ? "default" : tls.Options } };
        }

        RecordJson.WriteProperties(writer, shown);
    }

    /// <inheritdoc/>
    protected override void WriteTail(Utf8JsonWriter writer, RuntimeObject<HttpRouterConfig> item, bool named)
    {
        if (named)
        {
            writer.WriteString("priorityStr", Priority(item).ToString(CultureInfo.InvariantCulture));
        }
    }

    private static bool IsOutOfReach(RuntimeObject<HttpRouterConfig> item)
        => item.UsedBy.Count == 0 && (item.Config.ParentRefs.Count == 0 || item.Errors.Any(error => error.StartsWith("parent router", StringComparison.Ordinal)));

    // A router that is on no entry point was never built, and its priority never worked out.
    private static long Priority(RuntimeObject<HttpRouterConfig> item)
        => item.Config.Priority != 0 || IsOutOfReach(item) ? item.Config.Priority : RouterPriority.Of(item.Config.Rule, 0);
}

/// <summary><c>/api/tcp/routers</c>.</summary>
internal sealed class TcpRouterFamily() : ObjectFamily<TcpRouterConfig>("router", current => current.TcpRouters)
{
    /// <inheritdoc/>
    protected override string UsersKey => "using";

    /// <inheritdoc/>
    protected override string SearchedText(RuntimeObject<TcpRouterConfig> item) => item.Config.Rule;

    /// <inheritdoc/>
    protected override bool MatchesMore(RuntimeObject<TcpRouterConfig> item, IQueryCollection query)
    {
        var service = query["serviceName"].ToString();
        return service.Length == 0 || item.Config.Service == service || QualifiedName.Resolve(item.Config.Service, item.Name) == service;
    }

    /// <inheritdoc/>
    protected override IComparable? SortKey(RuntimeObject<TcpRouterConfig> item, string sortBy) => sortBy switch
    {
        "provider" => item.Provider,
        "priority" => Priority(item),
        "status" => ObjectText.Of(item.Status),
        "rule" => item.Config.Rule,
        "service" => item.Config.Service,
        "entryPoints" => item.Config.EntryPoints.Count,
        _ => null,
    };

    /// <inheritdoc/>
    protected override void WriteConfig(Utf8JsonWriter writer, RuntimeObject<TcpRouterConfig> item, bool named) => RecordJson.WriteProperties(writer, item.Config with
    {
        Priority = Priority(item),
        Middlewares = [.. item.Config.Middlewares.Select(name => QualifiedName.Resolve(name, item.Name))],
    });

    /// <inheritdoc/>
    protected override void WriteTail(Utf8JsonWriter writer, RuntimeObject<TcpRouterConfig> item, bool named)
    {
        if (named)
        {
            writer.WriteString("priorityStr", Priority(item).ToString(CultureInfo.InvariantCulture));
        }
    }

    private static long Priority(RuntimeObject<TcpRouterConfig> item)
        => item.Config.Priority != 0 || item.UsedBy.Count == 0 ? item.Config.Priority : item.Config.Rule == "HostSNI(`*`)" ? -1 : RouterPriority.Of(item.Config.Rule, 0);
}

/// <summary><c>/api/udp/routers</c>.</summary>
internal sealed class UdpRouterFamily() : ObjectFamily<UdpRouterConfig>("router", current => current.UdpRouters)
{
    /// <inheritdoc/>
    protected override string UsersKey => "using";

    /// <inheritdoc/>
    protected override IComparable? SortKey(RuntimeObject<UdpRouterConfig> item, string sortBy) => sortBy switch
    {
        "provider" => item.Provider,
        "status" => ObjectText.Of(item.Status),
        "service" => item.Config.Service,
        "entryPoints" => item.Config.EntryPoints.Count,
        _ => null,
    };

    /// <inheritdoc/>
    protected override void WriteConfig(Utf8JsonWriter writer, RuntimeObject<UdpRouterConfig> item, bool named) => RecordJson.WriteProperties(writer, item.Config);
}
