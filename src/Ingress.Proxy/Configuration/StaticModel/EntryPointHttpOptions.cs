using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>HTTP on an entry point (<c>entryPoints.NAME.http</c>).</summary>
public sealed record EntryPointHttpOptions
{
    /// <summary>Sends everything elsewhere. Default: nothing.</summary>
    public RedirectionsOptions? Redirections { get; init; }

    /// <summary>Middlewares before those of each router. Default: none.</summary>
    public IReadOnlyList<string> Middlewares { get; init; } = [];

    /// <summary>TLS of routers that say nothing of it. Default: none.</summary>
    [AllowEmpty]
    public RouterTlsConfig? Tls { get; init; }

    /// <summary>Turns <c>;</c> in the query into <c>%3B</c>; otherwise into <c>&amp;</c>. Default: false.</summary>
    public bool EncodeQuerySemicolons { get; init; }

    /// <summary>Removes <c>.</c>, <c>..</c> and double slashes from paths. Default: true.</summary>
    [AlwaysShown]
    public bool? SanitizePath { get; init; } = true;

    /// <summary>The largest request head in bytes. Default: 1048576.</summary>
    public int MaxHeaderBytes { get; init; } = 1048576;

    /// <summary>Which encoded characters a path may hold. Default: not given, all of them.</summary>
    public EncodedCharactersPolicy? EncodedCharacters { get; init; }

    /// <summary>Header names with <c>_</c>: <c>keep</c>, <c>delete</c> or <c>reject</c>. Default: empty, which is <c>keep</c>.</summary>
    public string UnderscoreHeadersStrategy { get; init; } = "";

    /// <summary>Header names that differ from a forwarded one by <c>_</c> only: <c>keep</c>, <c>delete</c> or <c>reject</c>. Default: empty.</summary>
    public string AliasHeadersStrategy { get; init; } = "";
}

/// <summary>Which encoded characters a path may hold on an entry point (<c>http.encodedCharacters</c>).</summary>
public sealed record EncodedCharactersPolicy
{
    /// <summary><c>%2F</c>. Default: true.</summary>
    [AlwaysShown]
    public bool? AllowEncodedSlash { get; init; } = true;

    /// <summary><c>%5C</c>. Default: true.</summary>
    [AlwaysShown]
    public bool? AllowEncodedBackSlash { get; init; } = true;

    /// <summary><c>%00</c>. Default: true.</summary>
    [AlwaysShown]
    public bool? AllowEncodedNullCharacter { get; init; } = true;

    /// <summary><c>%3B</c>. Default: true.</summary>
    [AlwaysShown]
    public bool? AllowEncodedSemicolon { get; init; } = true;

    /// <summary><c>%25</c>. Default: true.</summary>
    [AlwaysShown]
    public bool? AllowEncodedPercent { get; init; } = true;

    /// <summary><c>%3F</c>. Default: true.</summary>
    [AlwaysShown]
    public bool? AllowEncodedQuestionMark { get; init; } = true;

    /// <summary><c>%23</c>. Default: true.</summary>
    [AlwaysShown]
    public bool? AllowEncodedHash { get; init; } = true;
}

/// <summary>Sends everything elsewhere (<c>http.redirections</c>).</summary>
public sealed record RedirectionsOptions
{
    /// <summary>To another entry point. Default: none.</summary>
    public EntryPointRedirectionOptions? EntryPoint { get; init; }
}

/// <summary>Sends everything to another entry point (<c>http.redirections.entryPoint</c>).</summary>
public sealed record EntryPointRedirectionOptions
{
    /// <summary>The entry point's name, or <c>:port</c>. Default: none.</summary>
    public string To { get; init; } = "";

    /// <summary>The scheme to redirect to. Default: <c>https</c>.</summary>
    public string Scheme { get; init; } = "https";

    /// <summary>301 or 308 instead of 302 or 307. Default: true.</summary>
    public bool Permanent { get; init; } = true;

    /// <summary>The priority of the router that redirects. Default: 9223372036854775806.</summary>
    public long Priority { get; init; } = 9223372036854775806;
}
