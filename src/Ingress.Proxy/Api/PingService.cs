using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Extensibility;
using Ingress.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary>Tells load balancers whether this process is in service: 200 <c>OK</c>, or the terminating status once it is stopping.</summary>
internal sealed class PingService(PingOptions options, Func<bool> isStopping) : IInternalService
{
    /// <inheritdoc/>
    public string Name => "ping";

    /// <inheritdoc/>
    public Task InvokeAsync(HttpContext context)
        => isStopping() ? PlainAnswers.StatusAsync(context, options.TerminatingStatusCode) : PlainAnswers.TextAsync(context, StatusCodes.Status200OK, "OK");
}
