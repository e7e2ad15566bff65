using System.Globalization;
using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>A server's address, split once, and the URIs of requests to it, of which the last ones are kept because making one costs more than finding it.</summary>
internal sealed class ServerUrl
{
    private const int KeptUris = 256;
    private const int LongestKeptTarget = 256;

    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly Entry?[] recent = new Entry?[KeptUris];
    private readonly string basePath;

    private ServerUrl(string text, string scheme, string authority, string path, bool preservePath)
    {
        Text = text;
        Scheme = scheme;
        Authority = authority;
        Path = path;
        basePath = preservePath ? Encoded(path) : "";
        Prefix = string.Concat(scheme == "https" ? "https://" : "http://", authority);
        Root = IsUsable ? new Uri(Prefix) : null;
    }

    /// <summary>The URL as it was configured.</summary>
    public string Text { get; }

    /// <summary>The scheme in lower case; may be empty.</summary>
    public string Scheme { get; }

    /// <summary>Host and port as given.</summary>
    public string Authority { get; }

    /// <summary>The path, which only health checks and preservePath use.</summary>
    public string Path { get; }

    /// <summary>Scheme and authority as the client library wants them.</summary>
    public string Prefix { get; }

    /// <summary>Whether requests can be sent there at all.</summary>
    public bool IsUsable => Authority.Length > 0 && Scheme is "http" or "https" or "h2c";

    /// <summary>Reads a URL as Go does. Throws a configuration exception in Go's words where it cannot be read.</summary>
    public static ServerUrl Parse(string text, bool preservePath)
    {
        var fault = Split(text, out var scheme, out var authority, out var path);
        if (fault is null && authority.Length > 0 && !Uri.TryCreate("http://" + authority, UriKind.Absolute, out _))
        {
            fault = $"invalid host \"{authority}\"";
        }

        return fault is null
            ? new ServerUrl(text, scheme, authority, path, preservePath)
            : throw new ConfigurationException($"error parsing server URL {text}: parse \"{text}\": {fault}");
    }

    /// <summary>The server itself as a URI; null where it is not usable.</summary>
    public Uri? Root { get; }

    /// <summary>The target of a request line to this server.</summary>
    public string TargetOf(RequestTarget target)
    {
        var pathAndQuery = target.RequestUri;
        if (target.RawQuery.Contains(';', StringComparison.Ordinal))
        {
            pathAndQuery = WithoutSemicolons(pathAndQuery);
        }

        return Joined(pathAndQuery);
    }

    /// <summary>The URI that asks this server for a target.</summary>
    public Uri ForTarget(RequestTarget target)
    {
        var pathAndQuery = TargetOf(target);
        var slot = (int)((uint)pathAndQuery.GetHashCode(StringComparison.Ordinal) % KeptUris);
        if (recent[slot] is { } entry && entry.Target == pathAndQuery)
        {
            return entry.Uri;
        }

        var uri = new Uri(string.Concat(Prefix, pathAndQuery), AsItIs);
        if (pathAndQuery.Length <= LongestKeptTarget)
        {
            recent[slot] = new Entry(pathAndQuery, uri);
        }

        return uri;
    }

    // In a query a semicolon separates as & does; a backend must see the parameters that rules and middlewares saw.
    private static string WithoutSemicolons(string pathAndQuery)
    {
        var mark = pathAndQuery.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? pathAndQuery : string.Concat(pathAndQuery.AsSpan(0, mark), pathAndQuery[mark..].Replace(';', '&'));
    }

    private string Joined(string pathAndQuery)
    {
        if (basePath.Length == 0)
        {
            return pathAndQuery == "*" ? "/*" : pathAndQuery;
        }

        return (basePath[^1] == '/', pathAndQuery[0] == '/') switch
        {
            (true, true) => string.Concat(basePath.AsSpan(0, basePath.Length - 1), pathAndQuery),
            (false, false) => string.Concat(basePath, "/", pathAndQuery),
            _ => basePath + pathAndQuery,
        };
    }

    // What Go's url.URL makes of it: kept where it is a valid encoding, else encoded by default.
    private static string Encoded(string path)
    {
        var target = new RequestTarget();
        return target.TrySetEscapedPath(RequestTarget.FromText(path)) ? target.EscapedPath : path;
    }

    private static string? Split(string text, out string scheme, out string authority, out string path)
    {
        scheme = authority = path = "";
        var rest = text.AsSpan();
        var fragment = rest.IndexOf('#');
        rest = fragment < 0 ? rest : rest[..fragment];
        var colon = SchemeEnd(rest);
        if (colon == 0)
        {
            return "missing protocol scheme";
        }

        if (colon > 0)
        {
            scheme = rest[..colon].ToString().ToLowerInvariant();
            rest = rest[(colon + 1)..];
        }

        var query = rest.IndexOf('?');
        rest = query < 0 ? rest : rest[..query];
        if (!rest.StartsWith("//"))
        {
            var segment = rest.IndexOf('/');
            path = rest.ToString();
            return scheme.Length == 0 && (segment < 0 ? rest : rest[..segment]).Contains(':') ? "first path segment in URL cannot contain colon" : null;
        }

        rest = rest[2..];
        var slash = rest.IndexOf('/');
        path = slash < 0 ? "" : rest[slash..].ToString();
        rest = slash < 0 ? rest : rest[..slash];
        authority = rest[(rest.LastIndexOf('@') + 1)..].ToString();
        return PortFault(authority);
    }

    /// <summary>Where the scheme ends; -1 for none, 0 for an empty one.</summary>
    private static int SchemeEnd(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == ':')
            {
                return i;
            }

            if (!char.IsAsciiLetter(c) && (i == 0 || !(char.IsAsciiDigit(c) || c is '+' or '-' or '.')))
            {
                return -1;
            }
        }

        return -1;
    }

    private static string? PortFault(string authority)
    {
        var afterHost = authority.StartsWith('[') ? authority.IndexOf(']', StringComparison.Ordinal) + 1 : 0;
        var colon = authority.IndexOf(':', afterHost);
        if (colon < 0)
        {
            return null;
        }

        var port = authority.AsSpan(colon + 1);
        return port.IsEmpty || int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? null
            : $"invalid port \"{authority[colon..]}\" after host";
    }

    private sealed record Entry(string Target, Uri Uri);
}
