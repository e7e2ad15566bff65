using Ingress.Proxy.Configuration.Runtime;

namespace Ingress.Proxy.Api;

/// <summary>The families of runtime objects, one line each.</summary>
internal static class ObjectFamilies
{
    private static readonly Dictionary<(string, string), IObjectFamily> All = new()
    {
        [("http", "routers")] = new HttpRouterFamily(),
        [("http", "services")] = new HttpServiceFamily(),
        [("http", "middlewares")] = new MiddlewareFamily<Configuration.DynamicModel.HttpMiddlewareConfig>(current => current.HttpMiddlewares),
        [("tcp", "routers")] = new TcpRouterFamily(),
        [("tcp", "services")] = new TcpServiceFamily(),
        [("tcp", "middlewares")] = new MiddlewareFamily<Configuration.DynamicModel.TcpMiddlewareConfig>(current => current.TcpMiddlewares),
        [("udp", "routers")] = new UdpRouterFamily(),
        [("udp", "services")] = new UdpServiceFamily(),
    };

    /// <summary>The family behind <c>/api/PROTOCOL/KIND</c>, or null.</summary>
    public static IObjectFamily? Find(string protocol, string kind) => All.GetValueOrDefault((protocol, kind));
}

/// <summary>A family of runtime objects as the API shows it: a list and single objects.</summary>
internal interface IObjectFamily
{
    /// <summary>Answers with a page of the filtered and sorted list.</summary>
    Task ListAsync(Microsoft.AspNetCore.Http.HttpContext context, RuntimeConfiguration current);

    /// <summary>Answers with one object.</summary>
    Task OneAsync(Microsoft.AspNetCore.Http.HttpContext context, RuntimeConfiguration current, string escapedName);

    /// <summary>Writes all objects by name, without the names inside.</summary>
    void WriteAll(System.Text.Json.Utf8JsonWriter writer, string key, RuntimeConfiguration current);
}
