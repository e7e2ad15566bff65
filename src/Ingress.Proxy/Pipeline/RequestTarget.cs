using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Pipeline;

/// <summary>
/// The path and query of a request as Go's <c>url.URL</c> keeps them: the decoded path, and beside it the encoded form where that differs from the default
/// encoding of the decoded one. Middlewares rewrite it; rules, logs, auth servers and backends all read it, so that all see the same bytes.
/// </summary>
/// <remarks>Paths are held as text of one byte a character (Latin-1), because a decoded path may be any bytes.</remarks>
internal sealed class RequestTarget
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The decoded path.</summary>
    public string Path { get; private set; } = "";

    /// <summary>The encoded path where it differs from the default encoding of <see cref="Path"/>, else empty.</summary>
    public string RawPath { get; private set; } = "";

    /// <summary>The query without its question mark, as sent.</summary>
    public string RawQuery { get; set; } = "";

    /// <summary>The request line's target before anything rewrote it, for the log.</summary>
    public string Original { get; set; } = "";

    /// <summary>Whether the target had a question mark with nothing behind it.</summary>
    public bool ForceQuery { get; set; }

    /// <summary>The encoded path: what was sent where it is a valid encoding of <see cref="Path"/>, else the default encoding.</summary>
    public string EscapedPath
    {
        get
        {
            if (RawPath.Length > 0 && MaySend(RawPath) && TryDecode(RawPath, out var decoded) && decoded == Path)
            {
                return RawPath;
            }

            return Path == "*" ? "*" : Encode(Path);
        }
    }

    /// <summary>Encoded path, question mark and query: the target to send on.</summary>
    public string RequestUri
    {
        get
        {
            var path = EscapedPath;
            if (path.Length == 0)
            {
                path = "/";
            }

            return ForceQuery || RawQuery.Length > 0 ? string.Concat(path, "?", RawQuery) : path;
        }
    }

    /// <summary>Sets the path from its encoded form. False, and nothing changed, where a percent sign is not followed by two hexadecimal digits.</summary>
    public bool TrySetEscapedPath(string escaped)
    {
        if (!escaped.Contains('%', StringComparison.Ordinal))
        {
            Path = escaped;
            RawPath = IsDefaultEncoding(escaped, escaped) ? "" : escaped;
            return true;
        }

        if (!TryDecode(escaped, out var decoded))
        {
            return false;
        }

        Path = decoded;
        RawPath = IsDefaultEncoding(decoded, escaped) ? "" : escaped;
        return true;
    }

    /// <summary>Sets the decoded path and its encoded form, which may be empty for the default encoding.</summary>
    public void Set(string path, string rawPath)
    {
        Path = path;
        RawPath = rawPath;
    }

    /// <summary>Copies everything from another target.</summary>
    public void CopyFrom(RequestTarget other)
    {
        Path = other.Path;
        RawPath = other.RawPath;
        RawQuery = other.RawQuery;
        Original = other.Original;
        ForceQuery = other.ForceQuery;
    }

    private static bool IsDefaultEncoding(string decoded, string escaped)
    {
        if (ReferenceEquals(decoded, escaped))
        {
            foreach (var c in escaped)
            {
                if (MustEscape(c))
                {
                    return false;
                }
            }

            return true;
        }

        return Encode(decoded) == escaped;
    }

    /// <summary>A text of the configuration in the form that paths have here: its UTF-8 bytes, one a character.</summary>
    public static string FromText(string text) => Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>A path as text that regular expressions can be asked about; bytes that are not UTF-8 stay one character each.</summary>
    public static string ToText(string path)
    {
        if (Ascii.IsValid(path))
        {
            return path;
        }

        try
        {
            return StrictUtf8.GetString(Encoding.Latin1.GetBytes(path));
        }
        catch (DecoderFallbackException)
        {
            // Not UTF-8, so there is no better text than the bytes.
            return path;
        }
    }

    /// <summary>Decodes percent encoding; false where it is malformed.</summary>
    public static bool TryDecode(string escaped, out string decoded)
    {
        var first = escaped.IndexOf('%', StringComparison.Ordinal);
        if (first < 0)
        {
            decoded = escaped;
            return true;
        }

        var text = new StringBuilder(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '%')
            {
                text.Append(escaped[i]);
                continue;
            }

            if (i + 2 >= escaped.Length || !byte.TryParse(escaped.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                decoded = "";
                return false;
            }

            text.Append((char)value);
            i += 2;
        }

        decoded = text.ToString();
        return true;
    }

    /// <summary>Go's default encoding of a path.</summary>
    public static string Encode(string path)
    {
        var escapes = 0;
        foreach (var c in path)
        {
            if (MustEscape(c))
            {
                escapes++;
            }
        }

        if (escapes == 0)
        {
            return path;
        }

        var text = new StringBuilder(path.Length + (escapes * 2));
        foreach (var c in path)
        {
            if (MustEscape(c))
            {
                text.Append('%').Append(((byte)c).ToString("X2", CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }

    // What url.validEncoded lets through in a path: characters that stand for themselves either way.
    private static bool MaySend(string escaped)
    {
        foreach (var c in escaped)
        {
            if (MustEscape(c) && c is not ('%' or '!' or '\'' or '(' or ')' or '*' or '[' or ']'))
            {
                return false;
            }
        }

        return true;
    }

    // url.shouldEscape in its encodePath mode.
    private static bool MustEscape(char c) => !(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~' or '$' or '&' or '+' or ',' or '/' or ':' or ';' or '=' or '@');
}
