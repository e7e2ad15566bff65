using System.Buffers;
using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Brings a URL that an operator's replacement has made into the form that a Location header may have, as Go's parsing and printing of it would.</summary>
internal static class LocationUrl
{
    private static readonly SearchValues<char> NotInAuthority = SearchValues.Create(" \\^`{}|%");

    /// <summary>The URL with everything encoded that must be; false where it is no URL.</summary>
    public static bool TryNormalize(string url, out string normalized)
    {
        normalized = "";
        if (url.AsSpan().ContainsAnyInRange('\0', '\x1f') || url.Contains('\x7f', StringComparison.Ordinal))
        {
            return false;
        }

        var (rest, fragment) = Cut(RequestTarget.FromText(url), '#');
        (rest, var query) = Cut(rest, '?');
        if (!TryCutScheme(ref rest, out var scheme))
        {
            return false;
        }

        var text = new StringBuilder(url.Length + 16).Append(scheme);
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            var end = rest.IndexOf('/', 2);
            var authority = end < 0 ? rest[2..] : rest[2..end];
            if (!IsAuthority(authority))
            {
                return false;
            }

            text.Append("//");
            AppendEncoded(text, authority, encodes: c => c > '\x7f');
            rest = end < 0 ? "" : rest[end..];
        }
        else if (scheme.Length == 0 && rest.AsSpan(0, Math.Max(0, rest.IndexOf('/', StringComparison.Ordinal))).Contains(':'))
        {
            return false;
        }

        var path = new RequestTarget();
        if (!path.TrySetEscapedPath(rest))
        {
            return false;
        }

        text.Append(path.EscapedPath);
        if (query is not null)
        {
            text.Append('?');
            AppendEncoded(text, query, encodes: c => c is ' ' or '"' or '<' or '>' or > '\x7e');
        }

        if (fragment is not null)
        {
            text.Append('#');
            AppendEncoded(text, fragment, encodes: c => c is ' ' or '"' or '<' or '>' or '`' or > '\x7e');
        }

        normalized = text.ToString();
        return true;
    }

    /// <summary>The reference as a full URL, seen from a base; false where it is no URL.</summary>
    public static bool TryResolve(string baseUrl, string reference, out string resolved)
    {
        var rest = reference;
        if (!TryCutScheme(ref rest, out var scheme))
        {
            resolved = "";
            return false;
        }

        return TryNormalize(scheme.Length > 0 ? reference : Join(baseUrl, reference), out resolved);
    }

    private static string Join(string baseUrl, string reference)
    {
        var authority = baseUrl.IndexOf("://", StringComparison.Ordinal) + 3;
        if (reference.StartsWith("//", StringComparison.Ordinal))
        {
            return baseUrl[..(authority - 2)] + reference;
        }

        var (withoutQuery, _) = Cut(Cut(baseUrl, '#').Before, '?');
        var slash = withoutQuery.IndexOf('/', authority);
        var root = slash < 0 ? withoutQuery : withoutQuery[..slash];
        var path = slash < 0 ? "/" : withoutQuery[slash..];
        if (reference.Length == 0 || reference[0] is '?' or '#')
        {
            return root + path + reference;
        }

        var (referencePath, queryAndFragment) = SplitPath(reference);
        var joined = reference[0] == '/' ? referencePath : path[..(path.LastIndexOf('/') + 1)] + referencePath;
        return root + RewrittenPath.WithoutDots(joined) + queryAndFragment;
    }

    private static (string Path, string Behind) SplitPath(string reference)
    {
        var end = reference.AsSpan().IndexOfAny('?', '#');
        return end < 0 ? (reference, "") : (reference[..end], reference[end..]);
    }

    private static (string Before, string? After) Cut(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }

    private static bool TryCutScheme(ref string rest, out string scheme)
    {
        scheme = "";
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] == ':')
            {
                if (i == 0)
                {
                    return false;
                }

                scheme = rest[..i].ToLowerInvariant() + ":";
                rest = rest[(i + 1)..];
                return true;
            }

            if (!char.IsAsciiLetter(rest[i]) && (i == 0 || !(char.IsAsciiDigit(rest[i]) || rest[i] is '+' or '-' or '.')))
            {
                return true;
            }
        }

        return true;
    }

    private static bool IsAuthority(string authority)
    {
        var host = authority[(authority.LastIndexOf('@') + 1)..];
        var afterHost = host;
        if (host.StartsWith('['))
        {
            var close = host.LastIndexOf(']');
            if (close < 0)
            {
                return false;
            }

            afterHost = host[(close + 1)..];
            if (afterHost.Length > 0 && afterHost[0] != ':')
            {
                return false;
            }
        }

        var colon = afterHost.LastIndexOf(':');
        if (colon >= 0 && afterHost.AsSpan(colon + 1).ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        return !authority.AsSpan().ContainsAny(NotInAuthority);
    }

    private static void AppendEncoded(StringBuilder text, string part, Func<char, bool> encodes)
    {
        foreach (var c in part)
        {
            if (encodes(c))
            {
                text.Append('%').Append(((byte)c).ToString("X2", CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append(c);
            }
        }
    }
}
