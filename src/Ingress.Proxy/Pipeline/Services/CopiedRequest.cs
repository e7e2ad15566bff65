using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ingress.Proxy.Pipeline.Services;

/// <summary>A request detached from its connection, so that it can be sent again after the client has its answer.</summary>
internal sealed class CopiedRequest
{
    private readonly ReplayableBody? body;
    private readonly HeaderDictionary headers = [];
    private readonly RequestState state;
    private readonly string method;
    private readonly string scheme;
    private readonly string protocol;
    private readonly bool hasBody;

    private CopiedRequest(HttpContext context, ReplayableBody? body)
    {
        this.body = body;
        method = context.Request.Method;
        scheme = context.Request.Scheme;
        protocol = context.Request.Protocol;
        hasBody = body is not null && ReplayableBody.MayHaveBody(context.Request);
        state = Copy(RequestState.Of(context));
        foreach (var (name, values) in context.Request.Headers)
        {
            headers[name] = values;
        }

        if (!hasBody)
        {
            headers.Remove("Content-Length");
            headers.Remove("Transfer-Encoding");
        }
    }

    /// <summary>Copies a request as it is now. The body is only pointed at; without one the copy has none.</summary>
    public static CopiedRequest Of(HttpContext context, ReplayableBody? body) => new(context, body);

    /// <summary>Keeps the body until <see cref="Release"/>.</summary>
    public void Retain() => body?.Retain();

    /// <summary>Gives the body's memory back.</summary>
    public void Release() => body?.Dispose();

    /// <summary>The request on no connection: its answer goes nowhere.</summary>
    public HttpContext NewContext()
    {
        var features = new FeatureCollection();
        var context = new DefaultHttpContext(features);
        var copiedState = Copy(state);
        copiedState.Context = context;
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = method,
            Scheme = scheme,
            Protocol = protocol,
            Headers = new HeaderDictionary(new Dictionary<string, Microsoft.Extensions.Primitives.StringValues>(headers, StringComparer.OrdinalIgnoreCase)),
            Body = hasBody ? body!.OpenRead() : Stream.Null,
        });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        features.Set<IHttpRequestBodyDetectionFeature>(new BodyDetection(hasBody));
        features.Set(copiedState);
        return context;
    }

    private static RequestState Copy(RequestState source)
    {
        var copy = new RequestState
        {
            EntryPoint = source.EntryPoint,
            RoutingPath = source.RoutingPath,
            Host = source.Host,
            RoutingHost = source.RoutingHost,
            IsTls = source.IsTls,
            PeerAddress = source.PeerAddress,
            PeerHost = source.PeerHost,
            PeerPort = source.PeerPort,
            Pinned = source.Pinned,
            KeepForwardedFor = source.KeepForwardedFor,
            StartTimestamp = source.StartTimestamp,
            RouterName = source.RouterName,
        };
        copy.Target.CopyFrom(source.Target);
        return copy;
    }

    private sealed record BodyDetection(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}
