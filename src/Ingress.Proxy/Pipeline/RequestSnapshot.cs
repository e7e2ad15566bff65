using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline;

/// <summary>
/// The parts of a request that middlewares and services change, taken before they run and put back before another try: a prefix is not stripped twice, a header
/// not added twice.
/// </summary>
internal sealed class RequestSnapshot : IDisposable
{
    private readonly HttpContext context;
    private readonly RequestState state;
    private readonly RequestTarget target = new();
    private readonly string method;
    private readonly string host;
    private readonly string routingPath;
    private readonly string routingHost;
    private readonly bool keepForwardedFor;
    private readonly Stream body;
    private readonly int count;
    private KeyValuePair<string, StringValues>[] headers;

    private RequestSnapshot(HttpContext context)
    {
        this.context = context;
        state = RequestState.Of(context);
        target.CopyFrom(state.Target);
        method = context.Request.Method;
        host = state.Host;
        routingPath = state.RoutingPath;
        routingHost = state.RoutingHost;
        keepForwardedFor = state.KeepForwardedFor;
        body = context.Request.Body;
        headers = ArrayPool<KeyValuePair<string, StringValues>>.Shared.Rent(context.Request.Headers.Count);
        foreach (var header in context.Request.Headers)
        {
            headers[count++] = header;
        }
    }

    /// <summary>What the request is now.</summary>
    public static RequestSnapshot Take(HttpContext context) => new(context);

    /// <summary>Makes the request what it was.</summary>
    public void Restore()
    {
        var request = context.Request;
        request.Method = method;
        request.Body = body;
        request.Headers.Clear();
        foreach (var (name, values) in headers.AsSpan(0, count))
        {
            request.Headers[name] = values;
        }

        state.Target.CopyFrom(target);
        state.Host = host;
        state.RoutingPath = routingPath;
        state.RoutingHost = routingHost;
        state.KeepForwardedFor = keepForwardedFor;
    }

    /// <summary>Gives its memory back.</summary>
    public void Dispose()
    {
        var rented = headers;
        headers = [];
        if (rented.Length > 0)
        {
            ArrayPool<KeyValuePair<string, StringValues>>.Shared.Return(rented, clearArray: true);
        }
    }
}
