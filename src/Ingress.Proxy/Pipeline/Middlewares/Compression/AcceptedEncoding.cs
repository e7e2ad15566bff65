using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline.Middlewares.Compression;

/// <summary>Chooses the encoding that a client's Accept-Encoding likes best.</summary>
internal static class AcceptedEncoding
{
    /// <summary>No encoding.</summary>
    public const int None = -1;

    /// <summary>Any encoding.</summary>
    public const int Any = -2;

    /// <summary>
    /// The index of the best of the offered encodings, <see cref="Any"/> where the star is best, or <see cref="None"/>. The highest weight wins; at equal weight the
    /// star comes first, then the order of the offer, and no encoding last.
    /// </summary>
    public static int Choose(in StringValues header, string[] offered)
    {
        var best = None;
        var bestWeight = 0.0;
        for (var line = 0; line < header.Count; line++)
        {
            for (var rest = header[line].AsSpan(); TryTake(ref rest, out var item);)
            {
                Consider(item, offered, ref best, ref bestWeight);
            }
        }

        return best;
    }

    /// <summary>Whether the header names this encoding, and not with a weight of 0.</summary>
    public static bool Names(in StringValues header, string encoding)
    {
        for (var line = 0; line < header.Count; line++)
        {
            for (var rest = header[line].AsSpan(); TryTake(ref rest, out var item);)
            {
                var semicolon = item.IndexOf(';');
                if ((semicolon < 0 ? item : item[..semicolon]).Trim().SequenceEqual(encoding) && (semicolon < 0 || Weight(item[(semicolon + 1)..].Trim()) > 0))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool TryTake(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> item)
    {
        if (rest.IsEmpty)
        {
            item = default;
            return false;
        }

        var comma = rest.IndexOf(',');
        item = comma < 0 ? rest : rest[..comma];
        rest = comma < 0 ? default : rest[(comma + 1)..];
        return true;
    }

    private static void Consider(ReadOnlySpan<char> item, string[] offered, ref int best, ref double bestWeight)
    {
        var semicolon = item.IndexOf(';');
        var encoding = IndexOf((semicolon < 0 ? item : item[..semicolon]).Trim(), offered);
        if (encoding is not { } index)
        {
            return;
        }

        var weight = semicolon < 0 ? 1 : Weight(item[(semicolon + 1)..].Trim());
        if (weight > bestWeight || (weight == bestWeight && weight > 0 && Rank(index, offered) < Rank(best, offered)))
        {
            best = index;
            bestWeight = weight;
        }
    }

    private static int Rank(int index, string[] offered) => index switch
    {
        Any => -1,
        None => offered.Length,
        _ => index,
    };

    private static int? IndexOf(ReadOnlySpan<char> name, string[] offered)
    {
        for (var i = 0; i < offered.Length; i++)
        {
            if (name.SequenceEqual(offered[i]))
            {
                return i;
            }
        }

        return name switch
        {
            "*" => Any,
            "identity" => None,
            _ => null,
        };
    }

    private static double Weight(ReadOnlySpan<char> parameter)
    {
        if (!parameter.StartsWith("q=", StringComparison.Ordinal))
        {
            return 1;
        }

        return double.TryParse(parameter[2..].Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) ? weight : 0;
    }
}
