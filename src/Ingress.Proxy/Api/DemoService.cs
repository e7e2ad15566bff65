using System.Globalization;
using System.Text;
using Ingress.Proxy.Extensibility;
using Ingress.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary>Describes the request it got, so that a new installation has something to route to (<c>demo@internal</c>).</summary>
internal sealed class DemoService : IInternalService
{
    /// <inheritdoc/>
    public string Name => "demo";

    /// <inheritdoc/>
    public Task InvokeAsync(HttpContext context)
    {
        var state = RequestState.Of(context);
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"Hello from Ingress.\n\nRouter:  {state.RouterName}\nClient:  {state.PeerHost}\nRequest: {context.Request.Method} {state.Target.RequestUri}\nHost:    {state.Host}\n\n");
        foreach (var (name, values) in context.Request.Headers)
        {
            foreach (var value in values)
            {
                text.Append(name).Append(": ").Append(value).Append('\n');
            }
        }

        context.Response.ContentType = "text/plain; charset=utf-8";
        return PlainAnswers.TextAsync(context, StatusCodes.Status200OK, text.ToString());
    }
}
