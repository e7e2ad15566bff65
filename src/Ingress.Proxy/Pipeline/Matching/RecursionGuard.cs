using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Matching;

/// <summary>
/// Stops a router made by a default rule from sending requests to this proxy itself: it marks what it sends on, and refuses what carries its own mark.
/// </summary>
internal sealed class RecursionGuard(RequestDelegate next, string router)
{
    private const string Header = "X-Traefik-Router";
    private readonly string mark = Fnv1(router).ToString("x", CultureInfo.InvariantCulture);

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers[Header] == mark)
        {
            return PlainAnswers.EmptyAsync(context, StatusCodes.Status400BadRequest);
        }

        headers[Header] = mark;
        return next(context);
    }

    private static ulong Fnv1(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            hash = unchecked(hash * 1099511628211UL) ^ octet;
        }

        return hash;
    }
}
