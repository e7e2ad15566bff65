using Ingress.Proxy.Configuration;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Puts a prefix before the path (<c>addPrefix</c>).</summary>
public sealed record AddPrefixOptions
{
    /// <summary>The prefix, such as <c>/api</c>, as plain text: it is percent-encoded where needed; a leading slash may be left out. Default: none; must be set.</summary>
    public string Prefix { get; init; } = "";
}

internal sealed class AddPrefix
{
    private readonly RequestDelegate next;
    private readonly string prefix;
    private readonly string escapedPrefix;

    private AddPrefix(RequestDelegate next, string prefix)
    {
        this.next = next;
        this.prefix = RewrittenPath.LeadingSlash(RequestTarget.FromText(prefix));
        escapedPrefix = RequestTarget.Encode(this.prefix);
    }

    public static RequestDelegate Build(MiddlewareBuild build)
    {
        var options = build.OptionsAs<AddPrefixOptions>();
        return options.Prefix.Length > 0 ? new AddPrefix(build.Next, options.Prefix).InvokeAsync : throw new ConfigurationException("prefix cannot be empty");
    }

    private Task InvokeAsync(HttpContext context)
    {
        var target = RequestState.Of(context).Target;
        target.Set(prefix + target.Path, target.RawPath.Length > 0 ? escapedPrefix + target.RawPath : "");
        return next(context);
    }
}
