using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ingress.Proxy.Configuration.Decoding;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline.Middlewares.Grpc;

/// <summary>Lets browsers speak to gRPC servers: turns gRPC-Web into gRPC, and answers its preflights (<c>grpcWeb</c>).</summary>
[AllowEmpty]
public sealed record GrpcWebOptions
{
    /// <summary>Origins whose pages may call, each in full such as <c>https://example.com</c>, or <c>*</c> for all. Default: none.</summary>
    public IReadOnlyList<string> AllowOrigins { get; init; } = [];
}

/// <summary>Translates requests and answers of gRPC-Web.</summary>
internal sealed class GrpcWeb
{
    /// <summary>The content type of gRPC.</summary>
    public const string GrpcType = "application/grpc";

    private const string WebType = "application/grpc-web";
    private const string TextType = "application/grpc-web-text";

    private readonly RequestDelegate next;
    private readonly HashSet<string> origins;

    private GrpcWeb(RequestDelegate next, GrpcWebOptions options)
    {
        this.next = next;
        origins = new HashSet<string>(options.AllowOrigins, StringComparer.Ordinal);
    }

    /// <summary>Builds one.</summary>
    public static RequestDelegate Build(MiddlewareBuild build) => new GrpcWeb(build.Next, build.OptionsAs<GrpcWebOptions>()).InvokeAsync;

    private Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Method == HttpMethods.Options
            && request.Headers.AccessControlRequestHeaders.ToString().Contains("x-grpc-web", StringComparison.OrdinalIgnoreCase))
        {
            return PreflightAsync(context);
        }

        var types = request.Headers.ContentType;
        return request.Method == HttpMethods.Post && types.Count > 0 && types[0] is { } type && type.StartsWith(WebType, StringComparison.Ordinal)
            ? CallAsync(context, type)
            : next(context);
    }

    private bool IsAllowed(string origin) => origin.Length > 0 && (origins.Contains("*") || origins.Contains(origin));

    // None of these headers may come twice; the first counts, as in Traefik.
    private static string First(StringValues lines) => lines.Count > 0 ? lines[0] ?? "" : "";

    private Task PreflightAsync(HttpContext context)
    {
        var request = context.Request.Headers;
        var response = context.Response.Headers;
        response.Append("Vary", new StringValues(["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"]));
        var origin = First(request.Origin);
        var method = First(request.AccessControlRequestMethod).ToUpperInvariant();
        if (IsAllowed(origin) && method is "POST" or "GET" or "HEAD")
        {
            response.AccessControlAllowOrigin = origin;
            response.AccessControlAllowMethods = method;
            response.AccessControlAllowHeaders = CanonicalNames(First(request.AccessControlRequestHeaders));
            response.AccessControlAllowCredentials = "true";
            response.AccessControlMaxAge = "600";
        }

        return PlainAnswers.EmptyAsync(context, StatusCodes.Status200OK);
    }

    // As Go writes header names: each word between dashes with a capital.
    private static string CanonicalNames(string list)
    {
        var text = new StringBuilder(list.Length + 8);
        foreach (var name in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            text.Append(text.Length == 0 ? "" : ", ");
            var startsWord = true;
            foreach (var c in name)
            {
                text.Append(startsWord ? char.ToUpper(c, CultureInfo.InvariantCulture) : char.ToLower(c, CultureInfo.InvariantCulture));
                startsWord = c == '-';
            }
        }

        return text.ToString();
    }

    private async Task CallAsync(HttpContext context, string type)
    {
        var request = context.Request;
        var response = context.Response.Headers;
        response.Append("Vary", "Origin");
        var origin = First(request.Headers.Origin);
        if (IsAllowed(origin))
        {
            response.AccessControlAllowOrigin = origin;
            response.AccessControlAllowCredentials = "true";
        }

        var isText = type.StartsWith(TextType, StringComparison.Ordinal);
        var webType = isText ? TextType : WebType;
        request.ContentType = string.Concat(GrpcType, type.AsSpan(webType.Length));
        if (request.ContentLength is not null)
        {
            // What has a length has no trailers, whatever it announces.
            request.ContentLength = null;
            request.Headers.Remove("Trailer");
        }

        var source = request.Body;
        using var transform = isText ? new FromBase64Transform(FromBase64TransformMode.IgnoreWhiteSpaces) : null;
        var answer = new GrpcWebAnswer(context, webType, isText);
        answer.Attach();
        try
        {
            if (transform is not null)
            {
                request.Body = new CryptoStream(source, transform, CryptoStreamMode.Read, leaveOpen: true);
            }

            await next(context).ConfigureAwait(false);
            await answer.FinishAsync().ConfigureAwait(false);
        }
        finally
        {
            answer.Detach();
            request.Body = source;
        }
    }
}
