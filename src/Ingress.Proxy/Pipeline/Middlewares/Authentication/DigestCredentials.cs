using System.Security.Cryptography;
using System.Text;

namespace Ingress.Proxy.Pipeline.Middlewares.Authentication;

/// <summary>What a client sends for digest authentication (https://www.rfc-editor.org/rfc/rfc2617, section 3.2.2).</summary>
internal sealed class DigestCredentials
{
    private const string Scheme = "Digest ";
    private readonly Dictionary<string, string> parameters = new(StringComparer.OrdinalIgnoreCase);

    private DigestCredentials()
    {
    }

    public string UserName => this["username"];

    public string Nonce => this["nonce"];

    public string Uri => this["uri"];

    public string NonceCount => this["nc"];

    private string this[string name] => parameters.GetValueOrDefault(name, "");

    /// <summary>Reads the header; null where it is of another scheme or malformed.</summary>
    public static DigestCredentials? Parse(string header)
    {
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var credentials = new DigestCredentials();
        var at = Scheme.Length;
        while (TryReadParameter(header, ref at, out var name, out var value))
        {
            // A name given twice could mean one thing to us and another to the server.
            if (!credentials.parameters.TryAdd(name, value))
            {
                return null;
            }
        }

        return at == header.Length ? credentials : null;
    }

    /// <summary>Whether the client answered this challenge by the only method offered: MD5 with quality of protection <c>auth</c>.</summary>
    public bool Answers(string opaque) => this["opaque"] == opaque && this["qop"] == "auth" && parameters.GetValueOrDefault("algorithm", "MD5") == "MD5";

    /// <summary>Whether the response fits the stored hash of name, realm and password.</summary>
    public bool Fits(string method, string hash)
    {
        var request = Hash($"{method}:{Uri}");
        var expected = Hash($"{hash}:{Nonce}:{NonceCount}:{this["cnonce"]}:{this["qop"]}:{request}");
        return CryptographicOperations.FixedTimeEquals(Encoding.Latin1.GetBytes(expected), Encoding.Latin1.GetBytes(this["response"]));
    }

    private static string Hash(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.Latin1.GetBytes(text)));

    private static bool TryReadParameter(string header, ref int at, out string name, out string value)
    {
        (name, value) = ("", "");
        while (at < header.Length && header[at] is ' ' or '\t' or ',')
        {
            at++;
        }

        var equals = header.IndexOf('=', at);
        if (equals < 0)
        {
            return false;
        }

        name = header[at..equals].Trim();
        var start = equals + 1;
        while (start < header.Length && header[start] == ' ')
        {
            start++;
        }

        if (start < header.Length && header[start] == '"')
        {
            return TryReadQuoted(header, start + 1, ref at, out value);
        }

        var end = header.IndexOf(',', start);
        end = end < 0 ? header.Length : end;
        value = header[start..end].Trim();
        at = end;
        return true;
    }

    private static bool TryReadQuoted(string header, int start, ref int at, out string value)
    {
        var text = new StringBuilder();
        for (var i = start; i < header.Length; i++)
        {
            if (header[i] == '"')
            {
                value = text.ToString();
                at = i + 1;
                return true;
            }

            if (header[i] == '\\' && i + 1 < header.Length)
            {
                i++;
            }

            text.Append(header[i]);
        }

        value = "";
        return false;
    }
}
