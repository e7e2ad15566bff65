using Ingress.Proxy.Configuration;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Sends clients to the same URL with another scheme (<c>redirectScheme</c>).</summary>
public sealed record RedirectSchemeOptions
{
    /// <summary>The scheme to go to, such as <c>https</c>. Default: none; must be set.</summary>
    public string Scheme { get; init; } = "";

    /// <summary>The port to go to. Default: none, the scheme's own port.</summary>
    public string Port { get; init; } = "";

    /// <summary>Answers 301 or 308 instead of 302 or 307. Default: false.</summary>
    public bool Permanent { get; init; }
}

internal sealed class RedirectScheme
{
    private readonly RequestDelegate next;
    private readonly string scheme;
    private readonly string port;
    private readonly bool permanent;

    private RedirectScheme(RequestDelegate next, RedirectSchemeOptions options)
    {
        this.next = next;
        scheme = options.Scheme.ToLowerInvariant();
        port = options.Port.Length == 0 || IsDefault(scheme, options.Port) ? "" : ":" + options.Port;
        permanent = options.Permanent;
    }

    public static RequestDelegate Build(MiddlewareBuild build)
    {
        var options = build.OptionsAs<RedirectSchemeOptions>();
        return options.Scheme.Length > 0
            ? new RedirectScheme(build.Next, options).InvokeAsync
            : throw new ConfigurationException("you must provide a target scheme");
    }

    private static bool IsDefault(string scheme, ReadOnlySpan<char> port) => (scheme == "http" && port is "80") || (scheme == "https" && port is "443");

    private static string CurrentScheme(HttpContext context, RequestState state)
    {
        var forwarded = context.Request.Headers["X-Forwarded-Proto"].ToString();
        return forwarded switch
        {
            _ when forwarded.Equals("https", StringComparison.OrdinalIgnoreCase) || forwarded.Equals("wss", StringComparison.OrdinalIgnoreCase) => "https",
            _ when forwarded.Equals("http", StringComparison.OrdinalIgnoreCase) || forwarded.Equals("ws", StringComparison.OrdinalIgnoreCase) => "http",
            _ => state.IsTls ? "https" : "http",
        };
    }

    private Task InvokeAsync(HttpContext context)
    {
        var state = RequestState.Of(context);
        var current = CurrentScheme(context, state);
        var host = state.Host.AsSpan();
        var colon = host.LastIndexOf(':');
        var currentPort = colon > host.LastIndexOf(']') ? host[colon..] : default;
        host = host[..^currentPort.Length];
        if (!currentPort.IsEmpty && IsDefault(current, currentPort[1..]))
        {
            currentPort = default;
        }

        return current == scheme && currentPort.SequenceEqual(port)
            ? next(context)
            : Redirection.MoveAsync(context, $"{scheme}://{host}{port}{state.Target.RequestUri}", permanent);
    }
}
