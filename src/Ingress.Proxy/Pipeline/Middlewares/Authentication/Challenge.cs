using System.Text;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares.Authentication;

/// <summary>The 401 with which a client is asked for credentials.</summary>
internal static class Challenge
{
    private const string DefaultRealm = "traefik";
    private static readonly byte[] Body = Encoding.ASCII.GetBytes("401 Unauthorized\n");

    /// <summary>The realm as it may stand between quotes.</summary>
    public static string Realm(string configured)
        => configured.Length == 0
            ? DefaultRealm
            : HeaderEditing.HeaderText.Value(configured).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>Sends it.</summary>
    public static async Task SendAsync(HttpContext context, string challenge)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status401Unauthorized;
        response.Headers.WWWAuthenticate = challenge;
        response.ContentType = "text/plain";
        response.ContentLength = Body.Length;
        if (context.Request.Method != HttpMethods.Head)
        {
            await response.Body.WriteAsync(Body).ConfigureAwait(false);
        }
    }
}
