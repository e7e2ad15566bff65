using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;

/// <summary>Puts cookies of the auth server in the place of the server's own.</summary>
internal sealed class AuthCookies(IReadOnlyList<string> names)
{
    private readonly HashSet<string> names = new(names, StringComparer.Ordinal);

    /// <summary>Whether any cookie is to be passed on.</summary>
    public bool IsEmpty => names.Count == 0;

    /// <summary>Changes the answer to come. Where the auth server sent no cookie at all, nothing is changed.</summary>
    public void AddTo(HttpContext context, StringValues fromAuth)
    {
        if (fromAuth.Count > 0)
        {
            context.Response.OnStarting(static state =>
            {
                var (cookies, context, fromAuth) = ((AuthCookies, HttpContext, StringValues))state;
                cookies.Replace(context, fromAuth);
                return Task.CompletedTask;
            }, (this, context, fromAuth));
        }
    }

    private static string NameOf(string? cookie)
    {
        var pair = cookie.AsSpan();
        var end = pair.IndexOf(';');
        pair = end < 0 ? pair : pair[..end];
        var equals = pair.IndexOf('=');
        return (equals < 0 ? pair : pair[..equals]).Trim().ToString();
    }

    private void Replace(HttpContext context, StringValues fromAuth)
    {
        if (context.Response.StatusCode == StatusCodes.Status101SwitchingProtocols)
        {
            return;
        }

        var kept = new List<string?>();
        foreach (var cookie in context.Response.Headers.SetCookie)
        {
            if (!names.Contains(NameOf(cookie)))
            {
                kept.Add(cookie);
            }
        }

        foreach (var cookie in fromAuth)
        {
            if (names.Contains(NameOf(cookie)))
            {
                kept.Add(cookie);
            }
        }

        context.Response.Headers.SetCookie = kept.ToArray();
    }
}
