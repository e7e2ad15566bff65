using Ingress.Proxy.Configuration.Expressions;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Removes what a regular expression matches at the start of the path and tells the server in <c>X-Forwarded-Prefix</c> (<c>stripPrefixRegex</c>).</summary>
public sealed record StripPrefixRegexOptions
{
    /// <summary>Regular expressions in Go's syntax; the first whose leftmost match is at the start of the decoded path counts. Default: none, requests pass.</summary>
    public IReadOnlyList<string> Regex { get; init; } = [];
}

internal sealed class StripPrefixRegex
{
    private readonly RequestDelegate next;
    private readonly GoRegex[] expressions;

    private StripPrefixRegex(RequestDelegate next, StripPrefixRegexOptions options)
    {
        this.next = next;
        expressions = [.. options.Regex.Select(expression => GoRegex.Compile(expression.Trim()))];
    }

    public static RequestDelegate Build(MiddlewareBuild build) => new StripPrefixRegex(build.Next, build.OptionsAs<StripPrefixRegexOptions>()).InvokeAsync;

    private Task InvokeAsync(HttpContext context)
    {
        var target = RequestState.Of(context).Target;
        var path = RequestTarget.ToText(target.Path);
        foreach (var expression in expressions)
        {
            if (!expression.IsMatch(path) || expression.FirstMatch(path) is not { Length: > 0, Index: 0 } match)
            {
                continue;
            }

            var prefix = RequestTarget.FromText(match.Value);
            RewrittenPath.Strip(target, prefix.Length);
            if (!RewrittenPath.IsClean(target.EscapedPath))
            {
                return PlainAnswers.ErrorAsync(context, StatusCodes.Status400BadRequest, "Bad Request");
            }

            context.Request.Headers.Append("X-Forwarded-Prefix", prefix);
            break;
        }

        return next(context);
    }
}
