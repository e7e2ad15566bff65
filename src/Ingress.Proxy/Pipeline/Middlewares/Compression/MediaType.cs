using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Middlewares.Compression;

/// <summary>Content types as Go's <c>mime.ParseMediaType</c> reads them.</summary>
internal static class MediaType
{
    /// <summary>The media type of a configured content type, in lower case and without parameters; throws where it is none.</summary>
    public static string Parse(string text, string kind)
        => Fault(text) is { } fault ? throw new ConfigurationException($"parsing {kind} media type: mime: {fault}") : Essence(text).ToString().ToLowerInvariant();

    /// <summary>Whether it can be read.</summary>
    public static bool IsValid(ReadOnlySpan<char> text) => Fault(text) is null;

    /// <summary>Whether a content type, whatever its parameters, is one of those media types.</summary>
    public static bool IsAmong(ReadOnlySpan<char> text, string[] types)
    {
        var essence = Essence(text);
        foreach (var type in types)
        {
            if (essence.Equals(type, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<char> Essence(ReadOnlySpan<char> text)
    {
        var end = text.IndexOf(';');
        return (end < 0 ? text : text[..end]).Trim();
    }

    private static string? Fault(ReadOnlySpan<char> text)
    {
        var rest = Essence(text);
        var parameters = text.IndexOf(';') is var start && start < 0 ? default : text[start..];
        if (!TakeToken(ref rest))
        {
            return "no media type";
        }

        if (!rest.IsEmpty)
        {
            if (rest[0] != '/')
            {
                return "expected slash after first token";
            }

            rest = rest[1..];
            if (!TakeToken(ref rest))
            {
                return "expected token after slash";
            }

            if (!rest.IsEmpty)
            {
                return "unexpected content after media subtype";
            }
        }

        return AreParameters(parameters) ? null : "invalid media parameter";
    }

    private static bool AreParameters(ReadOnlySpan<char> rest)
    {
        for (rest = rest.Trim(); !rest.IsEmpty; rest = rest.Trim())
        {
            if (rest[0] != ';')
            {
                return false;
            }

            rest = rest[1..].TrimStart();
            if (rest.IsEmpty)
            {
                return true;
            }

            if (!TakeToken(ref rest))
            {
                return false;
            }

            rest = rest.TrimStart();
            if (rest.IsEmpty || rest[0] != '=')
            {
                return false;
            }

            rest = rest[1..].TrimStart();
            if (!TakeValue(ref rest))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TakeValue(ref ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty || rest[0] != '"')
        {
            return TakeToken(ref rest);
        }

        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                rest = rest[(i + 1)..];
                return true;
            }

            if (rest[i] == '\\')
            {
                i++;
            }
        }

        return false;
    }

    private static bool TakeToken(ref ReadOnlySpan<char> rest)
    {
        var length = 0;
        while (length < rest.Length && rest[length] is > ' ' and < '\x7f' && !"()<>@,;:\\\"/[]?=".Contains(rest[length], StringComparison.Ordinal))
        {
            length++;
        }

        rest = rest[length..];
        return length > 0;
    }
}
