using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>
/// The trailer fields of a request, which reach the server behind the body's chunks: those that the client has announced in <c>Trailer</c>, but for what may
/// only stand in the head (RFC 9110, 6.5.1) and what stands there already.
/// </summary>
internal static class RequestTrailers
{
    private const string EndOfBody = "0\r\n\r\n";

    /// <summary>The last chunk and the trailers behind it, once the body has been read.</summary>
    public static string Ending(HttpContext context)
    {
        var head = context.Request.Headers;
        if (head.Trailer.Count == 0 || context.Features.Get<IHttpRequestTrailersFeature>() is not { Available: true, Trailers: { Count: > 0 } trailers })
        {
            return EndOfBody;
        }

        var text = new StringBuilder("0\r\n");
        foreach (var (name, values) in trailers)
        {
            if (!HopByHop.HasToken(head.Trailer, name) || !MayFollow(name) || head.ContainsKey(name))
            {
                continue;
            }

            foreach (var value in values)
            {
                if (value is not null && !value.AsSpan().ContainsAny('\r', '\n', '\0'))
                {
                    text.Append(name).Append(": ").Append(value).Append("\r\n");
                }
            }
        }

        return text.Append("\r\n").ToString();
    }

    // What frames or routes a message, says who sends it, or what the entry point alone may say.
    private static bool MayFollow(string name)
        => !HopByHop.IsHopByHop(name)
            && !name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
            && !name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
            && !Is(name, "Host") && !Is(name, "Authorization") && !Is(name, "Cookie") && !Is(name, "Expect") && !Is(name, "X-Real-Ip");

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
