using Ingress.Proxy.Configuration.Decoding;

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
