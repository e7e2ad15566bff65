using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Ingress.Proxy.Pipeline;

/// <summary>Answers that the proxy gives by itself, in the two forms that Traefik's users see.</summary>
internal static class PlainAnswers
{
    /// <summary>As Go's <c>http.Error</c>: text and a newline, as text/plain that must not be sniffed.</summary>
    public static Task ErrorAsync(HttpContext context, int status, string text)
    {
        var response = context.Response;
        if (response.HasStarted)
        {
            return Task.CompletedTask;
        }

        response.Headers.Remove("Content-Encoding");
        response.Headers.Remove("Etag");
        response.Headers.Remove("Last-Modified");
        response.Headers.Remove("Cache-Control");
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        return WriteAsync(context, text + "\n");
    }

    /// <summary>Status and its text as the body: no newline and no content type.</summary>
    public static Task StatusAsync(HttpContext context, int status) => TextAsync(context, status, StatusText(status));

    /// <summary>Status and a text as the body: no content type.</summary>
    public static Task TextAsync(HttpContext context, int status, string text)
    {
        if (context.Response.HasStarted)
        {
            return Task.CompletedTask;
        }

        context.Response.StatusCode = status;
        return WriteAsync(context, text);
    }

    /// <summary>Status and no body.</summary>
    public static Task EmptyAsync(HttpContext context, int status)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = status;
            context.Response.ContentLength = 0;
        }

        return Task.CompletedTask;
    }

    /// <summary>The reason phrase as Go has it, empty for an unknown status.</summary>
    public static string StatusText(int status) => status switch
    {
        413 => "Request Entity Too Large",
        414 => "Request URI Too Long",
        416 => "Requested Range Not Satisfiable",
        418 => "I'm a teapot",
        422 => "Unprocessable Entity",
        499 => "Client Closed Request",
        _ => ReasonPhrases.GetReasonPhrase(status),
    };

    private static Task WriteAsync(HttpContext context, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentLength = bytes.Length;
        return context.Request.Method == HttpMethods.Head ? Task.CompletedTask : context.Response.Body.WriteAsync(bytes, 0, bytes.Length);
    }
}
