using System.Net;
using Ingress.Proxy.Pipeline.Transports.Http1;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy.Forwarder;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>Sends requests to one server and its answers to the client. The only place that knows the library that does it.</summary>
internal sealed partial class Forwarder : HttpTransformer
{
    private static readonly IHttpForwarder Library = new ServiceCollection()
        .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
        .AddHttpForwarder()
        .BuildServiceProvider()
        .GetRequiredService<IHttpForwarder>();

    private static readonly ForwarderRequestConfig Http11 = Protocol(HttpVersion.Version11, HttpVersionPolicy.RequestVersionOrLower);
    private static readonly ForwarderRequestConfig Negotiated = Protocol(HttpVersion.Version20, HttpVersionPolicy.RequestVersionOrLower);
    private static readonly ForwarderRequestConfig PriorKnowledge = Protocol(HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);

    private readonly ServerUrl url;
    private readonly ServersTransport transport;
    private readonly ForwarderSettings settings;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ForwarderRequestConfig protocol;
    private readonly RequestHeaders headers;
    private readonly Http1Pool? pool;
    private long lastFailureLogged = long.MinValue;

    public Forwarder(ServerUrl url, ServersTransport transport, ForwarderSettings settings, PipelineBuild build)
    {
        this.url = url;
        this.transport = transport;
        this.settings = settings;
        time = build.Time;
        logger = build.Loggers.CreateLogger<Forwarder>();
        headers = new RequestHeaders(url, settings);
        pool = transport.PoolFor(url, build);
        protocol = url.Scheme switch
        {
            "h2c" => PriorKnowledge,
            "https" when !transport.DisableHttp2 => Negotiated,
            _ => Http11,
        };
    }

    /// <summary>Forwards one request and leaves the outcome in the request's state. Answers by itself where the server did not.</summary>
    public Task SendAsync(HttpContext context)
    {
        var state = RequestState.Of(context);
        state.ServiceName = settings.Service;
        state.ServerUrl = url.Text;
        state.OriginStatus = 0;
        state.OriginBytes = 0;
        if (!url.IsUsable)
        {
            return FailAsync(context, state, new NotSupportedException($"the server URL \"{url.Text}\" has no host, or a scheme other than http, https and h2c"));
        }

        if (context.Request.Method == "CONNECT" && context.Features.Get<IHttpExtendedConnectFeature>() is not { IsExtendedConnect: true })
        {
            // A tunnel would take a connection out of the pool in a state that the next request must not meet.
            return PlainAnswers.EmptyAsync(context, StatusCodes.Status501NotImplemented);
        }

        return ForwardAsync(context, state);
    }

    private ValueTask<ForwarderError> SendAsync(HttpContext context, RequestState state)
    {
        if (pool is not null)
        {
            var chosen = state.Pinned?.Choose(pool, context.Request.Headers) ?? pool;
            if (chosen != pool || !pool.SpeaksHttp2 || context.Request.Method == "CONNECT" || RequestHeaders.AskForUpgrade(context))
            {
                return Library.SendAsync(context, url.Prefix, new Http1Exchange(context, state, pool, chosen, this, transport), Http11, this);
            }
        }

        return Library.SendAsync(context, url.Prefix, transport.Invoker, protocol, this);
    }

    private async Task ForwardAsync(HttpContext context, RequestState state)
    {
        var started = time.GetTimestamp();
        state.OriginTicks = started;
        if (context.Response.StatusCode != StatusCodes.Status200OK)
        {
            // Left over from a failed try before this one.
            context.Response.StatusCode = StatusCodes.Status200OK;
        }

        state.Outcome = ForwardOutcome.None;
        var error = await SendAsync(context, state).ConfigureAwait(false);
        state.OriginTicks = time.GetTimestamp() - started;
        if (error == ForwarderError.None)
        {
            return;
        }

        var exception = context.Features.Get<IForwarderErrorFeature>()?.Exception ?? new InvalidOperationException(error.ToString());
        if (state.OriginStatus == 0)
        {
            await FailAsync(context, state, exception).ConfigureAwait(false);
            return;
        }

        EndedEarly(context, state, exception);
    }

    /// <inheritdoc/>
    public override ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        if (pool is null || proxyRequest.Version.Major > 1)
        {
            return FillAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        }

        // Over HTTP/1.1 the exchange takes all else from the client's request.
        proxyRequest.RequestUri = url.Root;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
        {
            return new ValueTask<bool>(false);
        }

        var state = RequestState.Of(httpContext);
        state.OriginStatus = (int)proxyResponse.StatusCode;
        state.Outcome = ForwardOutcome.Answered;
        settings.Answered?.Invoke(time.GetTimestamp() - state.OriginTicks);
        if (proxyResponse is Http1Response own)
        {
            ResponseHeaders.Copy(own, httpContext.Response.Headers);
            state.NoteOrigin(httpContext.Response.Headers);
            state.OriginBytes = own.Length > 0 && httpContext.Request.Method != "HEAD" ? own.Length : 0;
            if (own.AnnouncesTrailers && state.OriginStatus is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified) && MayFrame(httpContext))
            {
                httpContext.Response.Headers.TransferEncoding = "chunked";
                own.Content = new Http1Content(new RechunkedBody(own.Body!, own));
            }

            return new ValueTask<bool>(true);
        }

        ResponseHeaders.Copy(proxyResponse, httpContext.Response.Headers);
        if (pool is not null && PinnedConnections.AreBound(httpContext.Response.Headers.WWWAuthenticate))
        {
            // HTTP/2 has no such proof; the client's next step goes by HTTP/1.1.
            state.Pinned?.Pin(pool);
        }

        state.NoteOrigin(httpContext.Response.Headers);
        if (proxyResponse.Content.Headers.ContentLength is { } length)
        {
            state.OriginBytes = httpContext.Request.Method == "HEAD" ? 0 : length;
        }
        else if (state.OriginStatus != StatusCodes.Status101SwitchingProtocols)
        {
            proxyResponse.Content = new StreamedContent(proxyResponse.Content, httpContext, state);
        }

        return new ValueTask<bool>(true);
    }

    /// <inheritdoc/>
    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        if (ResponseHeaders.HasTrailers(proxyResponse) && httpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is { IsReadOnly: false } outgoing)
        {
            ResponseHeaders.CopyTrailers(proxyResponse, outgoing);
        }

        return ValueTask.CompletedTask;
    }

    // Only where nothing stands between this and the connection, such as a middleware that changes the body.
    private static bool MayFrame(HttpContext context)
        => HttpProtocol.IsHttp11(context.Request.Protocol) && context.Request.Method != "HEAD" && context.Features.Get<IHttpResponseTrailersFeature>() is null
            && context.Features.Get<IHttpResponseFeature>() is not ResponseInterceptor;

    /// <summary>Writes the head of a request over HTTP/1.1.</summary>
    public void WriteHead(ref HeadWriter head, HttpContext context, HttpRequestMessage request, RequestState state) => headers.Write(ref head, context, request, state);

    /// <summary>Sends a request to a server that has turned out to speak HTTP/2.</summary>
    public async Task<HttpResponseMessage> SendNegotiatedAsync(HttpContext context, HttpRequestMessage request, CancellationToken cancellation)
    {
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        await FillAsync(context, request, url.Prefix, cancellation).ConfigureAwait(false);
        return await transport.Invoker.SendAsync(request, cancellation).ConfigureAwait(false);
    }

    private async ValueTask FillAsync(HttpContext context, HttpRequestMessage request, string prefix, CancellationToken cancellation)
    {
        var state = RequestState.Of(context);
        request.RequestUri = url.ForTarget(state.Target);
        if (request.Content is null && RequestHeaders.NeedBody(context.Request.Headers))
        {
            // The library takes a header such as Content-Type only together with a body, if an empty one, which it makes here.
            await base.TransformRequestAsync(context, request, prefix, cancellation).ConfigureAwait(false);
            request.Headers.Clear();
            request.Content?.Headers.Clear();
        }

        headers.CopyTo(request, context, state);
    }

    private Task FailAsync(HttpContext context, RequestState state, Exception exception)
    {
        var failure = ErrorResponses.For(context, exception);
        state.Outcome = failure.Outcome;
        if (failure.Level == LogLevel.Debug || !IsTooSoonToRepeat())
        {
            LogFailure(logger, failure.Level, context.Request.Method, url.Text, settings.Service, failure.Status, failure.Cause);
        }

        return PlainAnswers.StatusAsync(context, failure.Status);
    }

    private void EndedEarly(HttpContext context, RequestState state, Exception exception)
    {
        var failure = ErrorResponses.For(context, exception);
        state.Outcome = failure.Outcome == ForwardOutcome.ClientGone ? ForwardOutcome.ClientGone : ForwardOutcome.SentAndFailed;
        LogCut(logger, context.Request.Method, url.Text, settings.Service, failure.Cause);
    }

    // One line a second for each server is enough to know; a dead server must not fill the disk.
    private bool IsTooSoonToRepeat()
    {
        var now = time.GetTimestamp();
        var last = Volatile.Read(ref lastFailureLogged);
        return (last != long.MinValue && time.GetElapsedTime(last, now) < TimeSpan.FromSeconds(1)) || Interlocked.CompareExchange(ref lastFailureLogged, now, last) != last;
    }

    private static ForwarderRequestConfig Protocol(Version version, HttpVersionPolicy policy)
        => new() { ActivityTimeout = Timeout.InfiniteTimeSpan, Version = version, VersionPolicy = policy };

    [LoggerMessage(Message = "{Method} to {Server} of {Service} failed with {Status}: {Cause}")]
    private static partial void LogFailure(ILogger logger, LogLevel level, string method, string server, string service, int status, string cause);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} to {Server} of {Service}: the answer was cut short: {Cause}")]
    private static partial void LogCut(ILogger logger, string method, string server, string service, string cause);
}

/// <summary>What a service asks of its forwarders.</summary>
internal sealed record ForwarderSettings
{
    /// <summary>The service's qualified name.</summary>
    public required string Service { get; init; }

    /// <summary>Passes the client's Host on; otherwise the server's.</summary>
    public required bool PassHostHeader { get; init; }

    /// <summary>Adds a header by which Traefik's second HTTP client shows itself (<c>experimental.fastProxy.debug</c>). Default: false.</summary>
    public bool MarksFastProxy { get; init; }

    /// <summary>Called with the time to each answer's head, in ticks of the clock. Default: nobody wants to know.</summary>
    public Action<long>? Answered { get; init; }
}
