using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Replaces the path, not the query, and tells the server the old one in <c>X-Replaced-Path</c> (<c>replacePath</c>).</summary>
public sealed record ReplacePathOptions
{
    /// <summary>The new path, percent-encoded as it shall be sent. Default: none, which is sent as <c>/</c>.</summary>
    public string Path { get; init; } = "";
}

internal sealed class ReplacePath
{
    public const string HeaderName = "X-Replaced-Path";

    private readonly RequestDelegate next;
    private readonly string path;
    private readonly string fault;

    private ReplacePath(RequestDelegate next, ReplacePathOptions options)
    {
        this.next = next;
        path = RequestTarget.FromText(options.Path);
        fault = FaultOf(path);
    }

    public static RequestDelegate Build(MiddlewareBuild build) => new ReplacePath(build.Next, build.OptionsAs<ReplacePathOptions>()).InvokeAsync;

    /// <summary>Go's words for the first percent sign that encodes nothing, else empty.</summary>
    public static string FaultOf(string escaped)
    {
        for (var i = escaped.IndexOf('%', StringComparison.Ordinal); i >= 0; i = escaped.IndexOf('%', i + 3))
        {
            if (i + 2 >= escaped.Length || !char.IsAsciiHexDigit(escaped[i + 1]) || !char.IsAsciiHexDigit(escaped[i + 2]))
            {
                return $"invalid URL escape \"{escaped.AsSpan(i, Math.Min(3, escaped.Length - i))}\"";
            }

            if (i + 3 >= escaped.Length)
            {
                break;
            }
        }

        return "";
    }

    private Task InvokeAsync(HttpContext context)
    {
        var target = RequestState.Of(context).Target;
        context.Request.Headers.Append(HeaderName, target.EscapedPath);
        return target.TrySetEscapedPath(path) ? next(context) : PlainAnswers.ErrorAsync(context, StatusCodes.Status500InternalServerError, fault);
    }
}
