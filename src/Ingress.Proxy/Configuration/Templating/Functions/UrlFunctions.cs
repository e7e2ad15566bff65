using System.Text;

namespace Ingress.Proxy.Configuration.Templating.Functions;

/// <summary>Functions on URLs, which are handled as text.</summary>
internal static class UrlFunctions
{
    public static void AddTo(TemplateFunctionSet set) => set
        .Add("urlParse", 1, a => Parse(a.Text(0)))
        .Add("urlJoin", 1, a => Join(a.Dictionary(0)));

    /// <summary>A text as it stands in a query: a space is a plus sign, all but letters, digits and <c>-_.~</c> is percent-encoded.</summary>
    public static string QueryEscape(string text)
    {
        var output = new StringBuilder(text.Length);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            var c = (char)value;
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~')
            {
                output.Append(c);
            }
            else if (c == ' ')
            {
                output.Append('+');
            }
            else
            {
                output.Append('%').Append(Convert.ToHexString([value]));
            }
        }

        return output.ToString();
    }

    private static Dictionary<string, object?> Parse(string url)
    {
        var (rest, fragment) = Cut(url, '#');
        (rest, var query) = Cut(rest, '?');
        var scheme = "";
        if (rest.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && rest[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.'))
        {
            scheme = rest[..colon].ToLowerInvariant();
            rest = rest[(colon + 1)..];
        }

        var (host, userInfo, opaque, path) = ("", "", "", rest);
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            var slash = rest.IndexOf('/', 2);
            host = slash < 0 ? rest[2..] : rest[2..slash];
            path = slash < 0 ? "" : rest[slash..];
            var at = host.LastIndexOf('@');
            userInfo = at < 0 ? "" : host[..at];
            host = host[(at + 1)..];
        }
        else if (scheme.Length > 0 && !rest.StartsWith('/'))
        {
            (opaque, path) = (rest, "");
        }

        return new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["scheme"] = scheme,
            ["host"] = host,
            ["hostname"] = HostName(host),
            ["path"] = Uri.UnescapeDataString(path),
            ["query"] = query,
            ["opaque"] = opaque,
            ["fragment"] = Uri.UnescapeDataString(fragment),
            ["userinfo"] = userInfo,
        };
    }

    private static string Join(Dictionary<string, object?> parts)
    {
        string Part(string name) => parts.GetValueOrDefault(name) as string ?? "";

        var output = new StringBuilder();
        output.Append(Part("scheme").Length > 0 ? Part("scheme") + ":" : "");
        if (Part("opaque").Length > 0)
        {
            output.Append(Part("opaque"));
        }
        else
        {
            var hasHost = Part("host").Length > 0 || Part("userinfo").Length > 0;
            output.Append(hasHost ? "//" : "").Append(Part("userinfo").Length > 0 ? Part("userinfo") + "@" : "").Append(Part("host"));
            output.Append(hasHost && Part("path").Length > 0 && !Part("path").StartsWith('/') ? "/" : "").Append(Part("path"));
        }

        output.Append(Part("query").Length > 0 ? "?" + Part("query") : "");
        return output.Append(Part("fragment").Length > 0 ? "#" + Part("fragment") : "").ToString();
    }

    private static (string Before, string After) Cut(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
    }

    private static string HostName(string host) =>
        host.StartsWith('[') && host.IndexOf(']', StringComparison.Ordinal) is > 0 and var end ? host[1..end]
        : host.LastIndexOf(':') is >= 0 and var colon ? host[..colon]
        : host;
}
