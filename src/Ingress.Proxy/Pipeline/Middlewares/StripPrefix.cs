using Ingress.Proxy.Configuration.Decoding;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Removes a prefix from the path and tells the server in <c>X-Forwarded-Prefix</c> (<c>stripPrefix</c>).</summary>
public sealed record StripPrefixOptions
{
    /// <summary>The prefixes, as plain text; the first that the decoded path begins with is removed, at no border in particular. Default: none, requests pass.</summary>
    public IReadOnlyList<string> Prefixes { get; init; } = [];

    /// <summary>Deprecated and without effect: what remains always begins with a slash. Default: false.</summary>
    [AlwaysShown]
    public bool? ForceSlash { get; init; }
}

internal sealed class StripPrefix
{
    private readonly RequestDelegate next;
    private readonly string[] prefixes;

    private StripPrefix(RequestDelegate next, StripPrefixOptions options)
    {
        this.next = next;
        prefixes = [.. options.Prefixes.Select(prefix => RequestTarget.FromText(prefix.Trim()))];
    }

    public static RequestDelegate Build(MiddlewareBuild build) => new StripPrefix(build.Next, build.OptionsAs<StripPrefixOptions>()).InvokeAsync;

    private Task InvokeAsync(HttpContext context)
    {
        var target = RequestState.Of(context).Target;
        foreach (var prefix in prefixes)
        {
            if (target.Path.StartsWith(prefix, StringComparison.Ordinal))
            {
                RewrittenPath.Strip(target, prefix.Length);
                if (!RewrittenPath.IsClean(target.EscapedPath))
                {
                    return PlainAnswers.ErrorAsync(context, StatusCodes.Status400BadRequest, "Bad Request");
                }

                context.Request.Headers.Append("X-Forwarded-Prefix", prefix);
                break;
            }
        }

        return next(context);
    }
}
