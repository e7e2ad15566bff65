using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Expressions;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Rewrites the path with a regular expression and tells the server the old one in <c>X-Replaced-Path</c> (<c>replacePathRegex</c>).</summary>
public sealed record ReplacePathRegexOptions
{
    /// <summary>The regular expression in Go's syntax, applied to the percent-encoded path. Default: none; must be set.</summary>
    public string Regex { get; init; } = "";

    /// <summary>What each match becomes; <c>$1</c>, <c>${1}</c> and <c>${name}</c> are groups. Default: nothing.</summary>
    public string Replacement { get; init; } = "";
}

internal sealed class ReplacePathRegex
{
    private readonly RequestDelegate next;
    private readonly GoRegex expression;
    private readonly string replacement;

    private ReplacePathRegex(RequestDelegate next, GoRegex expression, string replacement)
        => (this.next, this.expression, this.replacement) = (next, expression, replacement);

    public static RequestDelegate Build(MiddlewareBuild build)
    {
        var options = build.OptionsAs<ReplacePathRegexOptions>();
        try
        {
            return new ReplacePathRegex(build.Next, GoRegex.Compile(options.Regex.Trim()), options.Replacement.Trim()).InvokeAsync;
        }
        catch (GoRegexException fault)
        {
            throw new ConfigurationException($"error compiling regular expression {options.Regex}: {fault.Message}", fault);
        }
    }

    private Task InvokeAsync(HttpContext context)
    {
        var target = RequestState.Of(context).Target;
        var path = target.EscapedPath;
        if (!expression.IsMatch(path))
        {
            return next(context);
        }

        context.Request.Headers.Append(ReplacePath.HeaderName, path);
        var replaced = RequestTarget.FromText(expression.ReplaceAll(path, replacement));
        if (!target.TrySetEscapedPath(replaced))
        {
            return PlainAnswers.ErrorAsync(context, StatusCodes.Status500InternalServerError, ReplacePath.FaultOf(replaced));
        }

        return RewrittenPath.IsClean(target.EscapedPath)
            ? next(context)
            : PlainAnswers.ErrorAsync(context, StatusCodes.Status400BadRequest, "Bad Request");
    }
}
