using Ingress.Proxy.Configuration.Expressions;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Sends clients to a URL made from theirs by a regular expression (<c>redirectRegex</c>).</summary>
public sealed record RedirectRegexOptions
{
    /// <summary>The regular expression in Go's syntax, applied to the whole URL: scheme, host with port, path and query. Default: none; must be set.</summary>
    public string Regex { get; init; } = "";

    /// <summary>What each match becomes; <c>$1</c>, <c>${1}</c> and <c>${name}</c> are groups. Default: nothing.</summary>
    public string Replacement { get; init; } = "";

    /// <summary>Answers 301 or 308 instead of 302 or 307. Default: false.</summary>
    public bool Permanent { get; init; }
}

internal sealed class RedirectRegex(RequestDelegate next, GoRegex expression, string replacement, bool permanent)
{
    public static RequestDelegate Build(MiddlewareBuild build)
    {
        var options = build.OptionsAs<RedirectRegexOptions>();
        return new RedirectRegex(build.Next, GoRegex.Compile(options.Regex), options.Replacement, options.Permanent).InvokeAsync;
    }

    private Task InvokeAsync(HttpContext context)
    {
        var state = RequestState.Of(context);
        var url = string.Concat(state.IsTls ? "https://" : "http://", state.Host, state.Target.RequestUri);
        if (!expression.IsMatch(url))
        {
            return next(context);
        }

        var replaced = expression.ReplaceAll(url, replacement);
        if (replaced == url)
        {
            return next(context);
        }

        return LocationUrl.TryNormalize(replaced, out var location)
            ? Redirection.MoveAsync(context, location, permanent)
            : PlainAnswers.StatusAsync(context, StatusCodes.Status502BadGateway);
    }
}
