using Ingress.Proxy.Pipeline.EntryPoints;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Matching;

/// <summary>Refuses a request whose handshake used other TLS options than its router's: the server name must not be a way around them.</summary>
internal sealed class SniCheck(RequestDelegate next, string options)
{
    public Task InvokeAsync(HttpContext context)
        => context.Features.Get<ConnectionState>() is { } connection && connection.TlsOptions != options
            ? PlainAnswers.ErrorAsync(context, StatusCodes.Status421MisdirectedRequest, "Misdirected Request")
            : next(context);
}
