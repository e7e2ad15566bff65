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
            var rest = header[line].AsSpan();
            while (true)
            {
                var comma = rest.IndexOf(',');
                Consider(comma < 0 ? rest : rest[..comma], offered, ref best, ref bestWeight);
                if (comma < 0)
                {
                    break;
                }

                rest = rest[(comma + 1)..];
            }
        }

        return best;
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
