using System.Text;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Extensibility;
using Ingress.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary>The dashboard: one page, embedded in the program, that reads the API (<c>dashboard@internal</c>).</summary>
internal sealed class DashboardService(ApiOptions options) : IInternalService
{
    private const string Policy = "frame-src 'self' https://traefik.io https://*.traefik.io;";
    private readonly string basePath = options.BasePath.TrimEnd('/');
    private readonly byte[] page = Page(options.BasePath.TrimEnd('/'));

    /// <inheritdoc/>
    public string Name => "dashboard";

    /// <inheritdoc/>
    public Task InvokeAsync(HttpContext context) => AnswerAsync(context, RequestState.Of(context).Target.EscapedPath, fromApi: false);

    /// <summary>Answers for a path below the base path; behind <c>api@internal</c> the page stands at <c>/dashboard/</c>, by itself at the root.</summary>
    public Task AnswerAsync(HttpContext context, string path, bool fromApi)
    {
        if (context.Request.Method != HttpMethods.Get)
        {
            return PlainAnswers.EmptyAsync(context, StatusCodes.Status405MethodNotAllowed);
        }

        if (fromApi && path == (basePath.Length == 0 ? "/" : ""))
        {
            context.Response.Headers.Location = ForwardedPrefix(context) + basePath + "/dashboard/";
            context.Response.StatusCode = StatusCodes.Status302Found;
            return Task.CompletedTask;
        }

        if (fromApi ? path == "/dashboard/" : path is "" or "/")
        {
            context.Response.Headers.ContentSecurityPolicy = Policy;
            context.Response.ContentType = "text/html; charset=utf-8";
            context.Response.ContentLength = page.Length;
            return context.Response.Body.WriteAsync(page, 0, page.Length);
        }

        return ApiAnswers.NotFoundAsync(context);
    }

    // A prefix with a scheme or a host would send the browser elsewhere.
    private static string ForwardedPrefix(HttpContext context)
    {
        var prefix = context.Request.Headers["X-Forwarded-Prefix"].ToString().TrimEnd('/');
        return prefix.StartsWith('/') && !prefix.StartsWith("//", StringComparison.Ordinal) && !prefix.Contains("://", StringComparison.Ordinal) ? prefix : "";
    }

    private static byte[] Page(string basePath)
    {
        using var resource = typeof(DashboardService).Assembly.GetManifestResourceStream("dashboard.html") ?? throw new InvalidOperationException("The dashboard is not embedded.");
        using var reader = new StreamReader(resource);
        return Encoding.UTF8.GetBytes(reader.ReadToEnd().Replace("{{api}}", basePath + "/api/", StringComparison.Ordinal));
    }
}
