using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Extensibility;

/// <summary>A service inside this process that routers reach as <c>name@internal</c>, such as <c>api@internal</c>.</summary>
public interface IInternalService
{
    /// <summary>The name without <c>@internal</c>.</summary>
    string Name { get; }

    /// <summary>Answers one request that a router sent here, after the router's middlewares.</summary>
    Task InvokeAsync(HttpContext context);
}
