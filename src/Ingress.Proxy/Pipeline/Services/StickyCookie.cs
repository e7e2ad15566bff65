using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Pipeline.Services.Balancing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline.Services;

/// <summary>Keeps clients where they are (<c>sticky</c>).</summary>
public sealed record StickyOptions
{
    /// <summary>The cookie that remembers. Default: none.</summary>
    [AllowEmpty]
    public StickyCookieOptions? Cookie { get; init; }
}

/// <summary>The affinity cookie (<c>sticky.cookie</c>).</summary>
public sealed record StickyCookieOptions
{
    /// <summary>Its name. Default: made from the service's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Sends it over HTTPS only. Default: false.</summary>
    public bool Secure { get; init; }

    /// <summary>Hides it from scripts. Default: false.</summary>
    [Key("httpOnly")]
    public bool HttpOnly { get; init; }

    /// <summary><c>none</c>, <c>lax</c> or <c>strict</c>. Default: not sent.</summary>
    public string SameSite { get; init; } = "";

    /// <summary>Seconds it lives; 0 is the browser's session, negative removes it. Default: 0.</summary>
    public int MaxAge { get; init; }

    /// <summary>Its path. Default: <c>/</c>.</summary>
    public string? Path { get; init; } = "/";

    /// <summary>Its domain. Default: the host that set it.</summary>
    public string Domain { get; init; } = "";
}

/// <summary>Reads and writes the affinity cookie. Its values are Traefik's, the older forms too, so that clients stay at their server across a change of proxy.</summary>
internal sealed class StickyCookie
{
    private readonly string name;
    private readonly string attributes;
    private readonly Dictionary<string, (BalancedTarget Target, bool IsOldForm)> byValue = new(StringComparer.Ordinal);
    private readonly string[] lines;

    public StickyCookie(StickyCookieOptions options, BalancedTarget[] targets)
    {
        name = options.Name;
        attributes = Attributes(options);
        lines = new string[targets.Length];
        foreach (var target in targets)
        {
            var value = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(target.Name)))[..16];
            var hash = Hex(target.Name);
            lines[target.Index] = string.Concat(name, "=", value, attributes);
            byValue.TryAdd(value, (target, false));
            byValue.TryAdd(hash, (target, true));
            byValue.TryAdd(Hex(hash), (target, true));
            byValue.TryAdd(target.Name, (target, true));
        }
    }

    /// <summary>The cookie's name for a service that names none.</summary>
    public static string DefaultName(string service)
        => "_" + Convert.ToHexStringLower(Sha1(Encoding.UTF8.GetBytes("_TRAEFIK_BACKEND_" + service)))[..5];

    /// <summary>A configured name with what no cookie name may have replaced by underscores.</summary>
    public static string CleanName(string configured)
    {
        const string Allowed = "!#$%&'*+-.^_`|~";
        return string.Create(configured.Length, configured, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                target[i] = char.IsAsciiLetterOrDigit(source[i]) || Allowed.Contains(source[i], StringComparison.Ordinal) ? source[i] : '_';
            }
        });
    }

    /// <summary>The target that the client's cookie names; null for none. Says whether the cookie has an older form and should be written anew.</summary>
    public BalancedTarget? Find(HttpContext context, out bool isOldForm)
    {
        isOldForm = false;
        if (!TryRead(context.Request.Headers.Cookie, out var value) || !byValue.TryGetValue(value, out var found))
        {
            return null;
        }

        isOldForm = found.IsOldForm;
        return found.Target;
    }

    /// <summary>Tells the client where it belongs now.</summary>
    public void Write(HttpContext context, BalancedTarget target)
    {
        var headers = context.Response.Headers;
        headers.SetCookie = StringValues.Concat(headers.SetCookie, lines[target.Index]);
    }

    private bool TryRead(in StringValues header, out string value)
    {
        foreach (var line in header)
        {
            var text = line.AsSpan();
            foreach (var range in text.Split(';'))
            {
                var pair = text[range].Trim();
                if (pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name, StringComparison.Ordinal))
                {
                    value = pair[(name.Length + 1)..].Trim('"').ToString();
                    return true;
                }
            }
        }

        value = "";
        return false;
    }

    private static string Attributes(StickyCookieOptions options)
    {
        var text = new StringBuilder();
        if (!string.IsNullOrEmpty(options.Path))
        {
            text.Append("; Path=").Append(options.Path);
        }

        if (options.Domain.Length > 0)
        {
            text.Append("; Domain=").Append(options.Domain);
        }

        if (options.MaxAge != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"; Max-Age={Math.Max(0, options.MaxAge)}");
        }

        text.Append(options.HttpOnly ? "; HttpOnly" : "").Append(options.Secure ? "; Secure" : "");
        return text.Append(options.SameSite.ToUpperInvariant() switch
        {
            "NONE" => "; SameSite=None",
            "LAX" => "; SameSite=Lax",
            "STRICT" => "; SameSite=Strict",
            _ => "",
        }).ToString();
    }

    private static string Hex(string text) => Fnv.HashFnv1(Encoding.UTF8.GetBytes(text)).ToString("x", CultureInfo.InvariantCulture);

#pragma warning disable CA5350 // A name, not a secret: Traefik's cookies are called so.
    private static byte[] Sha1(byte[] bytes) => SHA1.HashData(bytes);
#pragma warning restore CA5350
}
