using Ingress.Proxy.Extensibility;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary>The service behind redirections; who reaches it was not redirected.</summary>
internal sealed class NoopService : IInternalService
{
    /// <inheritdoc/>
    public string Name => "noop";

    /// <inheritdoc/>
    public Task InvokeAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status418ImATeapot;
        return Task.CompletedTask;
    }
}
