using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Matching;

/// <summary>The outermost step of a router: notes in the request's state which router it is.</summary>
internal sealed class RouterScope(RequestDelegate next, RuntimeObject<HttpRouterConfig> router)
{
    private readonly string name = router.Name;
    private readonly bool? isLogged = router.Config.Observability?.AccessLogs;
    private readonly bool isInternal = router.Config.Service.EndsWith("@internal", StringComparison.Ordinal);

    public Task InvokeAsync(HttpContext context)
    {
        var state = RequestState.Of(context);
        state.RouterName = state.RouterName.Length == 0 ? name : string.Concat(state.RouterName, " -> ", name);
        state.IsInternal = isInternal;
        state.IsLogged = isLogged ?? state.IsLogged;
        state.Routed?.Invoke();
        state.Routed = null;
        return next(context);
    }
}
