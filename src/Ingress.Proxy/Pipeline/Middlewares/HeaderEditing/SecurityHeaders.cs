using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;

/// <summary>Refuses hosts that are not served, and sets the headers by which browsers guard a site.</summary>
internal sealed class SecurityHeaders
{
    private const string NoncePlaceholder = "$NONCE";

    private readonly RequestDelegate next;
    private readonly string[] allowedHosts;
    private readonly string[] hostHeaders;
    private readonly KeyValuePair<string, string>[] tlsHeaders;
    private readonly KeyValuePair<string, string>[] always;
    private readonly string strictTransport;
    private readonly bool forcesStrictTransport;
    private readonly string publicKeyPins;
    private readonly Func<object, Task> onStarting;
    private readonly Func<object, Task> onTlsStarting;

    public SecurityHeaders(RequestDelegate next, HeadersOptions options)
    {
        this.next = next;
        onStarting = context => EditResponseAsync((HttpContext)context, isTls: false);
        onTlsStarting = context => EditResponseAsync((HttpContext)context, isTls: true);
        allowedHosts = options.IsDevelopment ? [] : [.. options.AllowedHosts];
        hostHeaders = [.. options.HostsProxyHeaders];
        tlsHeaders = [.. options.SslProxyHeaders];
        strictTransport = options.StsSeconds == 0 || options.IsDevelopment
            ? ""
            : $"max-age={options.StsSeconds}{(options.StsIncludeSubdomains ? "; includeSubDomains" : "")}{(options.StsPreload ? "; preload" : "")}";
        forcesStrictTransport = options.ForceStsHeader;
        publicKeyPins = options.IsDevelopment ? "" : HeaderText.Value(options.PublicKey);
        (string Name, string Value)[] headers =
        [
            ("X-Frame-Options", options.CustomFrameOptionsValue.Length > 0 ? options.CustomFrameOptionsValue : options.FrameDeny ? "DENY" : ""),
            ("X-Content-Type-Options", options.ContentTypeNosniff ? "nosniff" : ""),
            ("X-XSS-Protection", options.CustomBrowserXssValue.Length > 0 ? options.CustomBrowserXssValue : options.BrowserXssFilter ? "1; mode=block" : ""),
            ("Content-Security-Policy", options.ContentSecurityPolicy),
            ("Content-Security-Policy-Report-Only", options.ContentSecurityPolicyReportOnly),
            ("Referrer-Policy", options.ReferrerPolicy),
            ("Permissions-Policy", options.PermissionsPolicy),
        ];
        always = [.. headers.Where(header => header.Value.Length > 0).Select(header => KeyValuePair.Create(header.Name, HeaderText.Value(header.Value)))];
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (allowedHosts.Length > 0 && !IsAllowed(HostOf(context)))
        {
            return PlainAnswers.ErrorAsync(context, StatusCodes.Status500InternalServerError, "Bad Host");
        }

        // Whether the client came by TLS is asked now: what stands behind may change the headers that tell.
        var isTls = (strictTransport.Length > 0 || publicKeyPins.Length > 0) && IsTls(context);
        if (always.Length > 0 || isTls || forcesStrictTransport)
        {
            context.Response.OnStarting(isTls ? onTlsStarting : onStarting, context);
        }

        return next(context);
    }

    private static string WithNonce(string policy)
    {
        if (!policy.Contains(NoncePlaceholder, StringComparison.Ordinal))
        {
            return policy;
        }

        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        return policy.Replace(NoncePlaceholder, $"'nonce-{nonce}'", StringComparison.Ordinal);
    }

    private string HostOf(HttpContext context)
    {
        foreach (var name in hostHeaders)
        {
            var values = context.Request.Headers[name];
            if (values.Count > 0 && !string.IsNullOrEmpty(values[0]))
            {
                return values[0]!;
            }
        }

        return RequestState.Of(context).Host;
    }

    private bool IsAllowed(string host)
    {
        foreach (var allowed in allowedHosts)
        {
            if (allowed.Equals(host, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsTls(HttpContext context)
    {
        if (RequestState.Of(context).IsTls)
        {
            return true;
        }

        foreach (var (name, value) in tlsHeaders)
        {
            var values = context.Request.Headers[name];
            if (values.Count > 0 && values[0] == value)
            {
                return true;
            }
        }

        return false;
    }

    private Task EditResponseAsync(HttpContext context, bool isTls)
    {
        if (context.Response.StatusCode == StatusCodes.Status101SwitchingProtocols)
        {
            return Task.CompletedTask;
        }

        var headers = context.Response.Headers;
        foreach (var (name, value) in always)
        {
            headers[name] = WithNonce(value);
        }

        if (strictTransport.Length > 0 && (isTls || forcesStrictTransport))
        {
            headers.StrictTransportSecurity = strictTransport;
        }

        if (isTls && publicKeyPins.Length > 0)
        {
            headers["Public-Key-Pins"] = publicKeyPins;
        }

        return Task.CompletedTask;
    }
}
