using System.Text;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>Names that answers usually have, so that they need not be made anew for each.</summary>
internal static class HeaderNames
{
    private static readonly string[] Usual =
    [
        "Date", "Vary", "ETag", "Etag", "Server", "Expires", "Location", "Set-Cookie", "Connection", "Keep-Alive", "Content-Type", "Cache-Control", "Last-Modified", "Accept-Ranges",
        "Content-Length", "Content-Encoding", "Transfer-Encoding", "X-Content-Type-Options", "X-Frame-Options", "Strict-Transport-Security", "Content-Security-Policy",
        "content-type", "content-length", "date", "server", "cache-control",
    ];

    /// <summary>The name as text, spelled as sent.</summary>
    public static string Of(ReadOnlySpan<byte> name)
    {
        foreach (var usual in Usual)
        {
            if (usual.Length == name.Length && Ascii.Equals(name, usual))
            {
                return usual;
            }
        }

        return Encoding.Latin1.GetString(name);
    }
}
