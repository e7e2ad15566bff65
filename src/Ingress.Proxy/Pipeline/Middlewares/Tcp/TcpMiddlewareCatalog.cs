using Ingress.Proxy.Pipeline.Services.Tcp;

namespace Ingress.Proxy.Pipeline.Middlewares.Tcp;

/// <summary>All TCP middlewares, one line each: Traefik's key, the options record, and how to build one around the next handler.</summary>
internal static class TcpMiddlewareCatalog
{
    public static IReadOnlyList<TcpMiddlewareType> All { get; } =
    [
        new("inFlightConn", typeof(InFlightConnOptions), InFlightConn.Build),
        new("ipAllowList", typeof(TcpIpAllowListOptions), TcpIpAllowList.Build),
        new("ipWhiteList", typeof(TcpIpWhiteListOptions), TcpIpWhiteList.Build),
    ];

    /// <summary>The catalog by key, in any case, as the decoder wants it.</summary>
    public static IReadOnlyDictionary<string, TcpMiddlewareType> ByKey { get; } = All.ToDictionary(type => type.Key, StringComparer.OrdinalIgnoreCase);
}

/// <summary>One line of the catalog.</summary>
/// <param name="Key">The key in configurations, as Traefik spells it, such as <c>inFlightConn</c>.</param>
/// <param name="Options">The options record.</param>
/// <param name="Build">Builds one; a <see cref="Configuration.ConfigurationException"/> disables the routers that use it.</param>
internal sealed record TcpMiddlewareType(string Key, Type Options, Func<TcpMiddlewareBuild, TcpHandler> Build);

/// <summary>What a TCP middleware is built from.</summary>
/// <param name="Name">The middleware's qualified name.</param>
/// <param name="Owner">The qualified name of the router that it is built for; state is per router.</param>
/// <param name="Options">The options record.</param>
/// <param name="Next">The handler that it stands before.</param>
/// <param name="Pipeline">The snapshot being built.</param>
internal sealed record TcpMiddlewareBuild(string Name, string Owner, object Options, TcpHandler Next, PipelineBuild Pipeline)
{
    /// <summary>State that outlives a reload as long as this middleware's options do not change, one for each owner.</summary>
    public T State<T>(Func<T> create)
        where T : class
        => Pipeline.State.Get("tcpMiddleware", Name + "|" + Owner, Configuration.RecordJson.Canonical(Options), create);
}
