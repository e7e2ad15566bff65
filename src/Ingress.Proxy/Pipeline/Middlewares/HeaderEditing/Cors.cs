using System.Globalization;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Expressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;

/// <summary>Tells browsers which other origins may use the answers (https://fetch.spec.whatwg.org/#http-cors-protocol).</summary>
internal sealed class Cors
{
    private readonly bool allowsCredentials;
    private readonly bool headersAreEchoed;
    private readonly bool methodsAreEchoed;
    private readonly bool addsVary;
    private readonly string allowHeaders;
    private readonly string allowMethods;
    private readonly string exposeHeaders;
    private readonly string? maxAge;
    private readonly string[] origins;
    private readonly GoRegex[] originExpressions;

    public Cors(HeadersOptions options)
    {
        allowsCredentials = options.AccessControlAllowCredentials;
        addsVary = options.AddVaryHeader;
        allowHeaders = HeaderText.Value(string.Join(',', options.AccessControlAllowHeaders));
        allowMethods = HeaderText.Value(string.Join(',', options.AccessControlAllowMethods));
        headersAreEchoed = allowsCredentials && options.AccessControlAllowHeaders.Contains("*");
        methodsAreEchoed = allowsCredentials && options.AccessControlAllowMethods.Contains("*");
        exposeHeaders = allowsCredentials && options.AccessControlExposeHeaders.Contains("*") ? "" : HeaderText.Value(string.Join(',', options.AccessControlExposeHeaders));
        maxAge = options.AccessControlMaxAge?.ToString(CultureInfo.InvariantCulture);
        origins = [.. options.AccessControlAllowOriginList.Select(HeaderText.Value)];
        try
        {
            originExpressions = [.. options.AccessControlAllowOriginListRegex.Select(GoRegex.Compile)];
        }
        catch (GoRegexException fault)
        {
            throw new ConfigurationException($"error occurred during origin parsing: {fault.Message}", fault);
        }
    }

    public static bool IsPreflight(HttpRequest request)
        => request.Method == HttpMethods.Options && First(request.Headers.AccessControlRequestMethod).Length > 0 && First(request.Headers.Origin).Length > 0;

    /// <summary>Puts the answer's headers, whether or not the origin is allowed: it is the browser that compares.</summary>
    public void AnswerPreflight(HttpContext context)
    {
        var request = context.Request.Headers;
        var headers = context.Response.Headers;

        // With credentials a star means itself to browsers, so what was asked for takes its place.
        var requestedHeaders = headersAreEchoed ? First(request.AccessControlRequestHeaders) : allowHeaders;
        if (requestedHeaders.Length > 0)
        {
            headers.AccessControlAllowHeaders = requestedHeaders;
        }

        var requestedMethod = methodsAreEchoed ? First(request.AccessControlRequestMethod) : allowMethods;
        if (requestedMethod.Length > 0)
        {
            headers.AccessControlAllowMethods = requestedMethod;
        }

        if (maxAge is not null)
        {
            headers.AccessControlMaxAge = maxAge;
        }

        AddCommon(context, request.Origin);
    }

    /// <summary>Adds the headers of an ordinary answer.</summary>
    public void EditResponse(HttpContext context, in StringValues origin)
    {
        AddCommon(context, origin);
        if (!addsVary)
        {
            return;
        }

        var vary = context.Response.Headers.Vary;
        var first = vary.Count == 0 ? "" : vary[0] ?? "";
        if (first != "Origin")
        {
            context.Response.Headers.Vary = first.Length == 0 ? "Origin" : first + ",Origin";
        }
    }

    private void AddCommon(HttpContext context, in StringValues sent)
    {
        var headers = context.Response.Headers;
        if (AllowedOrigin(First(sent)) is { } origin)
        {
            headers.AccessControlAllowOrigin = origin;
        }

        if (allowsCredentials)
        {
            headers.AccessControlAllowCredentials = "true";
        }

        if (exposeHeaders.Length > 0)
        {
            headers.AccessControlExposeHeaders = exposeHeaders;
        }
    }

    // A browser sends one line; of several the first counts, as in Go.
    private static string First(in StringValues values) => values.Count == 0 ? "" : values[0] ?? "";

    private string? AllowedOrigin(string origin)
    {
        foreach (var allowed in origins)
        {
            if (allowed == "*")
            {
                return allowsCredentials ? origin : "*";
            }

            if (allowed == origin)
            {
                return origin;
            }
        }

        foreach (var expression in originExpressions)
        {
            if (expression.IsMatch(origin))
            {
                return origin;
            }
        }

        return null;
    }
}
