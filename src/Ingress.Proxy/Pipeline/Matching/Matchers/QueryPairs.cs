using System.Text;

namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary>Goes through a query's pairs as Go does, without copying: pairs with a semicolon or a broken escape do not count.</summary>
internal ref struct QueryPairs(ReadOnlySpan<char> query)
{
    private ReadOnlySpan<char> rest = query;

    public QueryPair Current { get; private set; }

    public readonly QueryPairs GetEnumerator() => this;

    public bool MoveNext()
    {
        while (rest.Length > 0)
        {
            var end = rest.IndexOf('&');
            var pair = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (pair.Length == 0 || pair.Contains(';'))
            {
                continue;
            }

            var equals = pair.IndexOf('=');
            Current = equals < 0 ? new QueryPair(new QueryText(pair), default) : new QueryPair(new QueryText(pair[..equals]), new QueryText(pair[(equals + 1)..]));
            return true;
        }

        return false;
    }
}

/// <summary>One key and its value.</summary>
internal readonly ref struct QueryPair(QueryText key, QueryText value)
{
    public QueryText Key { get; } = key;

    public QueryText Value { get; } = value;

    /// <summary>Whether every percent sign in it begins an escape.</summary>
    public bool IsValid => Key.IsValid && Value.IsValid;
}

/// <summary>A key or value as sent.</summary>
internal readonly ref struct QueryText(ReadOnlySpan<char> encoded)
{
    public ReadOnlySpan<char> Encoded { get; } = encoded;

    /// <summary>Whether nothing in it is encoded.</summary>
    public bool IsPlain => Encoded.IndexOfAny('%', '+') < 0;

    public bool IsValid
    {
        get
        {
            for (var i = Encoded.IndexOf('%'); i >= 0 && i < Encoded.Length; i++)
            {
                if (Encoded[i] == '%' && (i + 2 >= Encoded.Length || !char.IsAsciiHexDigit(Encoded[i + 1]) || !char.IsAsciiHexDigit(Encoded[i + 2])))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Whether it stands for a text of one byte a character.</summary>
    public bool DecodesTo(string bytes)
    {
        if (IsPlain)
        {
            return Encoded.SequenceEqual(bytes);
        }

        var at = 0;
        for (var i = 0; i < Encoded.Length; at++)
        {
            if (at == bytes.Length || Next(ref i) != bytes[at])
            {
                return false;
            }
        }

        return at == bytes.Length;
    }

    /// <summary>What it stands for, one byte a character.</summary>
    public string Decode()
    {
        var text = new StringBuilder(Encoded.Length);
        for (var i = 0; i < Encoded.Length;)
        {
            text.Append(Next(ref i));
        }

        return text.ToString();
    }

    private char Next(ref int i)
    {
        var c = Encoded[i++];
        if (c == '+')
        {
            return ' ';
        }

        if (c != '%' || i + 2 > Encoded.Length || !char.IsAsciiHexDigit(Encoded[i]) || !char.IsAsciiHexDigit(Encoded[i + 1]))
        {
            return c;
        }

        var value = (char)((Digit(Encoded[i]) << 4) | Digit(Encoded[i + 1]));
        i += 2;
        return value;
    }

    private static int Digit(char c) => char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}
