using System.Net.Http.Headers;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>Headers that concern one connection only and are never passed on (RFC 9110, 7.6.1).</summary>
internal static class HopByHop
{
    /// <summary>Whether a header of this name stays behind.</summary>
    public static bool IsHopByHop(string name) => name.Length switch
    {
        2 => Is(name, "TE"),
        7 => Is(name, "Upgrade") || Is(name, "Trailer"),
        10 => Is(name, "Connection") || Is(name, "Keep-Alive"),
        16 => Is(name, "Proxy-Connection"),
        17 => Is(name, "Transfer-Encoding"),
        18 => Is(name, "Proxy-Authenticate"),
        19 => Is(name, "Proxy-Authorization"),
        _ => false,
    };

    /// <summary>Whether a Connection header names anything beyond what each connection has, so that further headers must go.</summary>
    public static bool NamesOthers(in StringValues connection)
    {
        foreach (var line in connection)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                var token = line.AsSpan()[range].Trim();
                if (!token.IsEmpty && !Is(token, "close") && !Is(token, "keep-alive") && !Is(token, "Upgrade"))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Whether one of the comma-separated tokens is this one.</summary>
    public static bool HasToken(in StringValues values, string token)
    {
        foreach (var line in values)
        {
            if (HasToken(line.AsSpan(), token))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether one of the comma-separated tokens is this one.</summary>
    public static bool HasToken(in HeaderStringValues values, string token)
    {
        foreach (var line in values)
        {
            if (HasToken(line.AsSpan(), token))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasToken(ReadOnlySpan<char> line, string token)
    {
        foreach (var range in line.Split(','))
        {
            if (Is(line[range].Trim(), token))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Is(ReadOnlySpan<char> text, string name) => text.Equals(name, StringComparison.OrdinalIgnoreCase);
}
