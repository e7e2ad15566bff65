using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Ingress.Proxy.Tls.Acme.Client;

/// <summary>The signed envelope around every ACME request (RFC 7515, flattened form).</summary>
internal static class JsonWebSignature
{
    /// <summary>Signs a request. Without <paramref name="accountUrl"/> the whole public key travels along. No payload means POST-as-GET.</summary>
    public static string Sign(AccountKey key, string? accountUrl, string nonce, string url, JsonNode? payload)
    {
        var header = new JsonObject { ["alg"] = key.Algorithm, ["nonce"] = nonce, ["url"] = url };
        if (accountUrl is null)
        {
            header["jwk"] = key.JwkNode();
        }
        else
        {
            header["kid"] = accountUrl;
        }

        return Envelope(header, payload?.ToJsonString() ?? "", key.Sign);
    }

    /// <summary>The external account binding: the account's public key, signed with the key that the authority gave (RFC 8555, 7.3.4).</summary>
    public static JsonNode Bind(AccountKey key, string keyIdentifier, byte[] secret, string newAccountUrl)
    {
        var header = new JsonObject { ["alg"] = "HS256", ["kid"] = keyIdentifier, ["url"] = newAccountUrl };
        return JsonNode.Parse(Envelope(header, key.Jwk, data => HMACSHA256.HashData(secret, data)))!;
    }

    private static string Envelope(JsonObject header, string payload, Func<byte[], byte[]> sign)
    {
        var head = Base64Url.Encode(header.ToJsonString());
        var body = Base64Url.Encode(payload);
        var signature = Base64Url.Encode(sign(Encoding.ASCII.GetBytes(head + "." + body)));
        return new JsonObject { ["protected"] = head, ["payload"] = body, ["signature"] = signature }.ToJsonString();
    }
}
