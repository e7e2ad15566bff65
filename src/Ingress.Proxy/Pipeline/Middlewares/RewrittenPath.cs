namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>What the middlewares that rewrite paths have in common.</summary>
internal static class RewrittenPath
{
    /// <summary>
    /// Whether the encoded path is as the entry point would leave it: no empty segment but the last, no dot segments. A rewritten path that is not could mean another
    /// place to the server than to the rules that were matched.
    /// </summary>
    public static bool IsClean(string escapedPath)
    {
        var start = escapedPath.StartsWith('/') ? 1 : 0;
        while (start < escapedPath.Length)
        {
            var end = escapedPath.IndexOf('/', start);
            var segment = end < 0 ? escapedPath.AsSpan(start) : escapedPath.AsSpan(start, end - start);
            if (segment is "" or "." or "..")
            {
                return false;
            }

            if (end < 0)
            {
                return true;
            }

            start = end + 1;
        }

        return true;
    }

    /// <summary>Takes a prefix off, in decoded and encoded form alike; what remains begins with a slash, or is empty.</summary>
    public static void Strip(RequestTarget target, int prefixLength)
    {
        var path = LeadingSlash(target.Path[prefixLength..]);
        var rawPath = target.RawPath;
        if (rawPath.Length > 0)
        {
            rawPath = rawPath[EncodedLength(rawPath, prefixLength)..];

            // An encoded slash in front becomes the plain one that every path begins with.
            rawPath = rawPath.StartsWith("%2f", StringComparison.OrdinalIgnoreCase) ? "/" + rawPath[3..] : LeadingSlash(rawPath);
        }

        target.Set(path, rawPath);
    }

    /// <summary>The path without <c>.</c> and <c>..</c> segments, as RFC 3986, section 5.2.4, removes them.</summary>
    public static string WithoutDots(string path)
    {
        var kept = new List<string>();
        var segments = path.Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var isLast = i == segments.Length - 1;
            if (segments[i] is "." or "..")
            {
                if (segments[i] == ".." && kept.Count > 1)
                {
                    kept.RemoveAt(kept.Count - 1);
                }

                if (isLast)
                {
                    kept.Add("");
                }
            }
            else
            {
                kept.Add(segments[i]);
            }
        }

        return string.Join('/', kept);
    }

    /// <summary>The text with a slash in front, unless it is empty.</summary>
    public static string LeadingSlash(string path) => path.Length == 0 || path[0] == '/' ? path : "/" + path;

    private static int EncodedLength(string escaped, int decodedLength)
    {
        var at = 0;
        for (; decodedLength > 0 && at < escaped.Length; decodedLength--)
        {
            at += escaped[at] == '%' ? 3 : 1;
        }

        return Math.Min(at, escaped.Length);
    }
}
