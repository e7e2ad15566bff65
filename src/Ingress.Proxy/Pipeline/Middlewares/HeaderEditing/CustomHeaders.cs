using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;

/// <summary>Sets and removes the headers of the configuration, and lets <see cref="Cors"/> do its part.</summary>
internal sealed class CustomHeaders
{
    private readonly RequestDelegate next;
    private readonly KeyValuePair<string, string>[] request;
    private readonly KeyValuePair<string, string>[] response;
    private readonly string? host;
    private readonly Cors? cors;
    private readonly Func<object, Task> onStarting;

    public CustomHeaders(RequestDelegate next, HeadersOptions options)
    {
        this.next = next;
        onStarting = context => EditResponseAsync((HttpContext)context, default);
        request = [.. Named(options.CustomRequestHeaders).Where(header => header.Key != "Host")];
        response = [.. Named(options.CustomResponseHeaders)];
        host = options.CustomRequestHeaders.Where(header => header.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).LastOrDefault();
        cors = options.HasCors ? new Cors(options) : null;
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (cors is not null && Cors.IsPreflight(context.Request))
        {
            cors.AnswerPreflight(context);
            return PlainAnswers.EmptyAsync(context, StatusCodes.Status200OK);
        }

        EditRequest(context);
        if (cors is not null)
        {
            EditResponseFor(context, context.Request.Headers.Origin);
        }
        else if (response.Length > 0)
        {
            context.Response.OnStarting(onStarting, context);
        }

        return next(context);
    }

    private static IEnumerable<KeyValuePair<string, string>> Named(IReadOnlyDictionary<string, string> headers)
        => headers.OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => KeyValuePair.Create(HeaderText.Name(header.Key), HeaderText.Value(header.Value)));

    private void EditRequest(HttpContext context)
    {
        var headers = context.Request.Headers;
        foreach (var (name, value) in request)
        {
            if (value.Length > 0)
            {
                headers[name] = value;
                continue;
            }

            headers.Remove(name);
            if (name == "X-Forwarded-For")
            {
                // Removed on purpose, so the peer is not appended to nothing.
                RequestState.Of(context).KeepForwardedFor = true;
            }
        }

        if (!string.IsNullOrEmpty(host))
        {
            RequestState.Of(context).Host = host;
        }
    }

    // The origin is taken before what stands behind, such as errors, may ask with other headers.
    private void EditResponseFor(HttpContext context, StringValues origin) => context.Response.OnStarting(() => EditResponseAsync(context, origin));

    private Task EditResponseAsync(HttpContext context, StringValues origin)
    {
        if (context.Response.StatusCode == StatusCodes.Status101SwitchingProtocols)
        {
            return Task.CompletedTask;
        }

        var headers = context.Response.Headers;
        foreach (var (name, value) in response)
        {
            if (value.Length > 0)
            {
                headers[name] = value;
            }
            else
            {
                headers.Remove(name);
            }
        }

        if (context.Response.StatusCode == StatusCodes.Status304NotModified)
        {
            // There is no body that it could be the type of (RFC 9110 section 15.4.5).
            headers.Remove("Content-Type");
        }

        cors?.EditResponse(context, origin);
        return Task.CompletedTask;
    }
}
