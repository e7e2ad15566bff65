using System.Globalization;
using Ingress.Proxy.Pipeline.Transports.Http1;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>The header fields that a request has on its way to one server.</summary>
internal sealed class RequestHeaders(ServerUrl url, ForwarderSettings settings)
{
    private const string ForwardedFor = "X-Forwarded-For";

    /// <summary>Writes the whole head for HTTP/1.1.</summary>
    public void Write(ref HeadWriter head, HttpContext context, HttpRequestMessage request, RequestState state)
    {
        var source = context.Request.Headers;
        var connection = source.Connection;
        var dropNamed = connection.Count > 0 && HopByHop.NamesOthers(connection);
        var forwardedFor = state.KeepForwardedFor ? null : state.PeerHost;
        head.Line(context.Request.Method == "CONNECT" ? request.Method.Method : context.Request.Method, url.TargetOf(state.Target));
        head.Header("Host", settings.PassHostHeader ? state.Host : url.Authority);
        foreach (var (name, values) in source)
        {
            if (StaysBehind(name) || IsLength(name) || (dropNamed && HopByHop.HasToken(connection, name)))
            {
                continue;
            }

            if (forwardedFor is not null && IsForwardedFor(name))
            {
                forwardedFor = Joined(values, state.PeerHost);
                continue;
            }

            foreach (var value in values)
            {
                head.Header(name, value);
            }
        }

        if (forwardedFor is not null)
        {
            head.Header(ForwardedFor, forwardedFor);
        }

        if (source.TE.Count > 0 && HopByHop.HasToken(source.TE, "trailers"))
        {
            head.Bytes("Te: trailers\r\n"u8);
        }

        if (settings.MarksFastProxy)
        {
            head.Bytes("X-Traefik-Fast-Proxy: enabled\r\n"u8);
        }

        WriteUpgrade(ref head, context, request);
        WriteFraming(ref head, source, request);
        head.Bytes("\r\n"u8);
    }

    /// <summary>Puts the fields into a message of the client library.</summary>
    public void CopyTo(HttpRequestMessage request, HttpContext context, RequestState state)
    {
        var source = context.Request.Headers;
        var target = request.Headers;
        var connection = source.Connection;
        var dropNamed = connection.Count > 0 && HopByHop.NamesOthers(connection);
        var forwardedFor = state.KeepForwardedFor ? null : state.PeerHost;
        foreach (var (name, values) in source)
        {
            if (StaysBehind(name) || (dropNamed && HopByHop.HasToken(connection, name)))
            {
                continue;
            }

            if (forwardedFor is not null && IsForwardedFor(name))
            {
                forwardedFor = Joined(values, state.PeerHost);
                continue;
            }

            if (!target.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        if (forwardedFor is not null)
        {
            target.TryAddWithoutValidation(ForwardedFor, forwardedFor);
        }

        target.Host = settings.PassHostHeader ? state.Host : url.Authority;
        if (HopByHop.HasToken(source.TE, "trailers"))
        {
            target.TryAddWithoutValidation("TE", "trailers");
        }
    }

    /// <summary>Whether the client library would drop a field for want of a body.</summary>
    public static bool NeedBody(IHeaderDictionary headers)
        => headers.ContentType.Count > 0 || headers.ContentEncoding.Count > 0 || headers.ContentLanguage.Count > 0 || headers.ContentLocation.Count > 0
            || headers.ContentMD5.Count > 0 || headers.ContentRange.Count > 0 || headers.ContentDisposition.Count > 0 || headers.Expires.Count > 0
            || headers.LastModified.Count > 0 || headers.Allow.Count > 0;

    /// <summary>Whether the client asks to switch protocols.</summary>
    public static bool AskForUpgrade(HttpContext context)
        => context.Request.Headers.Upgrade is { Count: > 0 } protocols && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
            && protocols.ToString() is { Length: > 0 } protocol && !protocol.Equals("h2c", StringComparison.OrdinalIgnoreCase);

    private static void WriteUpgrade(ref HeadWriter head, HttpContext context, HttpRequestMessage request)
    {
        if (AskForUpgrade(context))
        {
            head.Bytes("Connection: Upgrade\r\n"u8);
            head.Header("Upgrade", context.Request.Headers.Upgrade.ToString());
            return;
        }

        // A WebSocket that came over HTTP/2: the library has made its HTTP/1.1 fields.
        if (context.Request.Method == "CONNECT")
        {
            foreach (var (name, values) in request.Headers.NonValidated)
            {
                foreach (var value in values)
                {
                    head.Header(name, value);
                }
            }
        }
    }

    private static void WriteFraming(ref HeadWriter head, IHeaderDictionary source, HttpRequestMessage request)
    {
        if (request.Content is not null)
        {
            if (source.ContentLength is { } length)
            {
                head.Header("Content-Length", length.ToString(CultureInfo.InvariantCulture));
            }
            else
            {
                head.Bytes("Transfer-Encoding: chunked\r\n"u8);
                foreach (var announced in source.Trailer)
                {
                    head.Header("Trailer", announced);
                }
            }
        }
        else if (request.Method == HttpMethod.Post || request.Method == HttpMethod.Put || request.Method == HttpMethod.Patch)
        {
            head.Bytes("Content-Length: 0\r\n"u8);
        }
    }

    private static string Joined(in StringValues values, string peer)
        => string.Concat(values.Count == 1 ? values[0] : string.Join(", ", values.ToArray()), ", ", peer);

    private static bool StaysBehind(string name)
        => HopByHop.IsHopByHop(name) || name[0] == ':' || (name.Length == 14 && name.Equals("HTTP2-Settings", StringComparison.OrdinalIgnoreCase)) || (name.Length == 4 && name.Equals("Host", StringComparison.OrdinalIgnoreCase));

    private static bool IsLength(string name) => name.Length == 14 && name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase);

    private static bool IsForwardedFor(string name) => name.Length == ForwardedFor.Length && name.Equals(ForwardedFor, StringComparison.OrdinalIgnoreCase);
}
