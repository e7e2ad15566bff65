using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;

/// <summary>Sets and removes headers, answers CORS preflights and adds security headers (<c>headers</c>). At least one option must be set.</summary>
public sealed record HeadersOptions
{
    /// <summary>Request headers to set, by name; an empty value removes the header, <c>Host</c> changes the Host. Default: none.</summary>
    public IReadOnlyDictionary<string, string> CustomRequestHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>Response headers to set, by name, in place of the server's; an empty value removes the header. Default: none.</summary>
    public IReadOnlyDictionary<string, string> CustomResponseHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>Sends <c>Access-Control-Allow-Credentials: true</c>. Default: false.</summary>
    public bool AccessControlAllowCredentials { get; init; }

    /// <summary>Request headers that a preflight allows. Default: none.</summary>
    public IReadOnlyList<string> AccessControlAllowHeaders { get; init; } = [];

    /// <summary>Methods that a preflight allows. Default: none.</summary>
    public IReadOnlyList<string> AccessControlAllowMethods { get; init; } = [];

    /// <summary>Origins that are allowed, compared exactly; <c>*</c> is any. Default: none.</summary>
    public IReadOnlyList<string> AccessControlAllowOriginList { get; init; } = [];

    /// <summary>Regular expressions in Go's syntax for origins that are allowed; a match anywhere counts. Default: none.</summary>
    public IReadOnlyList<string> AccessControlAllowOriginListRegex { get; init; } = [];

    /// <summary>Response headers that scripts may read. Default: none.</summary>
    public IReadOnlyList<string> AccessControlExposeHeaders { get; init; } = [];

    /// <summary>Seconds that a preflight may be kept. Default: not told.</summary>
    [AlwaysShown]
    public long? AccessControlMaxAge { get; init; }

    /// <summary>Adds <c>Origin</c> to <c>Vary</c>. Default: false.</summary>
    public bool AddVaryHeader { get; init; }

    /// <summary>Hosts that may be asked for, with port where the client sends one; others get 500. Default: none, all.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Request headers that may carry the host, the first that is there counts. Default: none, only Host.</summary>
    public IReadOnlyList<string> HostsProxyHeaders { get; init; } = [];

    /// <summary>Request headers whose value marks a request as HTTPS, such as <c>X-Forwarded-Proto: https</c>. Default: none.</summary>
    [Key("sslProxyHeaders")]
    public IReadOnlyDictionary<string, string> SslProxyHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>Seconds of <c>Strict-Transport-Security</c>; 0 sends none. Default: 0.</summary>
    public long StsSeconds { get; init; }

    /// <summary>Adds <c>includeSubDomains</c> to it. Default: false.</summary>
    public bool StsIncludeSubdomains { get; init; }

    /// <summary>Adds <c>preload</c> to it. Default: false.</summary>
    public bool StsPreload { get; init; }

    /// <summary>Sends it over plain HTTP too. Default: false.</summary>
    [Key("forceSTSHeader")]
    public bool ForceStsHeader { get; init; }

    /// <summary>Sends <c>X-Frame-Options: DENY</c>. Default: false.</summary>
    public bool FrameDeny { get; init; }

    /// <summary>The value of <c>X-Frame-Options</c>, before <c>frameDeny</c>. Default: none.</summary>
    public string CustomFrameOptionsValue { get; init; } = "";

    /// <summary>Sends <c>X-Content-Type-Options: nosniff</c>. Default: false.</summary>
    public bool ContentTypeNosniff { get; init; }

    /// <summary>Sends <c>X-XSS-Protection: 1; mode=block</c>. Default: false.</summary>
    public bool BrowserXssFilter { get; init; }

    /// <summary>The value of <c>X-XSS-Protection</c>, before <c>browserXssFilter</c>. Default: none.</summary>
    [Key("customBrowserXSSValue")]
    public string CustomBrowserXssValue { get; init; } = "";

    /// <summary>The value of <c>Content-Security-Policy</c>; <c>$NONCE</c> becomes a fresh nonce. Default: none.</summary>
    public string ContentSecurityPolicy { get; init; } = "";

    /// <summary>The value of <c>Content-Security-Policy-Report-Only</c>; <c>$NONCE</c> becomes a fresh nonce. Default: none.</summary>
    public string ContentSecurityPolicyReportOnly { get; init; } = "";

    /// <summary>The value of <c>Public-Key-Pins</c>, sent over HTTPS. Default: none.</summary>
    public string PublicKey { get; init; } = "";

    /// <summary>The value of <c>Referrer-Policy</c>. Default: none.</summary>
    public string ReferrerPolicy { get; init; } = "";

    /// <summary>The value of <c>Permissions-Policy</c>. Default: none.</summary>
    public string PermissionsPolicy { get; init; } = "";

    /// <summary>Switches off the checks that get in the way of development: hosts, Strict-Transport-Security and Public-Key-Pins. Default: false.</summary>
    public bool IsDevelopment { get; init; }

    /// <summary>Deprecated and without effect; use <c>permissionsPolicy</c>. Default: none.</summary>
    public string FeaturePolicy { get; init; } = "";

    /// <summary>Deprecated and without effect; use <c>redirectScheme</c>. Default: false.</summary>
    public bool SslRedirect { get; init; }

    /// <summary>Deprecated and without effect; use <c>redirectScheme</c>. Default: false.</summary>
    public bool SslTemporaryRedirect { get; init; }

    /// <summary>Deprecated and without effect; use <c>redirectRegex</c>. Default: none.</summary>
    public string SslHost { get; init; } = "";

    /// <summary>Deprecated and without effect; use <c>redirectRegex</c>. Default: false.</summary>
    public bool SslForceHost { get; init; }

    internal bool HasCustomHeaders => CustomRequestHeaders.Count > 0 || CustomResponseHeaders.Count > 0;

    internal bool HasCors => AccessControlAllowCredentials || AddVaryHeader || AccessControlMaxAge is not null
        || AccessControlAllowHeaders.Count > 0 || AccessControlAllowMethods.Count > 0 || AccessControlExposeHeaders.Count > 0
        || AccessControlAllowOriginList.Count > 0 || AccessControlAllowOriginListRegex.Count > 0;

    internal bool HasSecurity => AllowedHosts.Count > 0 || HostsProxyHeaders.Count > 0 || SslProxyHeaders.Count > 0
        || StsSeconds != 0 || StsIncludeSubdomains || StsPreload || ForceStsHeader || FrameDeny || ContentTypeNosniff || BrowserXssFilter || IsDevelopment
        || SslRedirect || SslTemporaryRedirect || SslForceHost
        || (CustomFrameOptionsValue + CustomBrowserXssValue + ContentSecurityPolicy + ContentSecurityPolicyReportOnly).Length > 0
        || (PublicKey + ReferrerPolicy + PermissionsPolicy + FeaturePolicy + SslHost).Length > 0;
}

/// <summary>CORS and custom headers stand outside, security headers inside, as in Traefik.</summary>
internal static class Headers
{
    public static RequestDelegate Build(MiddlewareBuild build)
    {
        var options = build.OptionsAs<HeadersOptions>();
        if (!options.HasCustomHeaders && !options.HasCors && !options.HasSecurity)
        {
            throw new ConfigurationException("headers configuration not valid");
        }

        var handler = options.HasSecurity ? new SecurityHeaders(build.Next, options).InvokeAsync : build.Next;
        return options.HasCustomHeaders || options.HasCors ? new CustomHeaders(handler, options).InvokeAsync : handler;
    }
}
