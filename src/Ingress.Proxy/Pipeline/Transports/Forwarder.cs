using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>Sends requests to one server and its answers to the client. The only place that knows the library that does it.</summary>
internal sealed partial class Forwarder : HttpTransformer
{
    private const string ForwardedFor = "X-Forwarded-For";

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
    private long lastFailureLogged = long.MinValue;

    public Forwarder(ServerUrl url, ServersTransport transport, ForwarderSettings settings, PipelineBuild build)
    {
        this.url = url;
        this.transport = transport;
        this.settings = settings;
        time = build.Time;
        logger = build.Loggers.CreateLogger<Forwarder>();
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
        var config = ReferenceEquals(protocol, Negotiated) && context.Request.Headers.Upgrade.Count > 0 ? Http11 : protocol;
        var error = await Library.SendAsync(context, url.Prefix, transport.Invoker, config, this).ConfigureAwait(false);
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
        var state = RequestState.Of(httpContext);
        var headers = httpContext.Request.Headers;
        proxyRequest.RequestUri = url.ForTarget(state.Target);
        if (proxyRequest.Content is null && (headers.ContentType.Count > 0 || HasContentHeader(headers)))
        {
            return WithEmptyContentAsync(httpContext, proxyRequest, destinationPrefix, state, cancellationToken);
        }

        CopyRequestHeaders(httpContext, proxyRequest, state);
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
        var status = (int)proxyResponse.StatusCode;
        state.OriginStatus = status;
        state.Outcome = ForwardOutcome.Answered;
        settings.Answered?.Invoke(time.GetTimestamp() - state.OriginTicks);
        CopyResponseHeaders(proxyResponse, httpContext.Response.Headers, status);
        if (status == StatusCodes.Status101SwitchingProtocols)
        {
            return new ValueTask<bool>(true);
        }

        if (proxyResponse.Content.Headers.ContentLength is { } length)
        {
            state.OriginBytes = httpContext.Request.Method == "HEAD" ? 0 : length;
        }
        else
        {
            proxyResponse.Content = new StreamedContent(proxyResponse.Content, httpContext, state);
        }

        return new ValueTask<bool>(true);
    }

    /// <inheritdoc/>
    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        var trailers = proxyResponse.TrailingHeaders.NonValidated;
        if (trailers.Count > 0 && httpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is { IsReadOnly: false } outgoing)
        {
            foreach (var (name, values) in trailers)
            {
                if (!HopByHop.IsHopByHop(name))
                {
                    outgoing[name] = ToStringValues(values);
                }
            }
        }

        return ValueTask.CompletedTask;
    }

    // A request without a body may still have a header such as Content-Type, which the client library takes only together with a body, if an empty one.
    private async ValueTask WithEmptyContentAsync(
        HttpContext context, HttpRequestMessage request, string prefix, RequestState state, CancellationToken cancellation)
    {
        await base.TransformRequestAsync(context, request, prefix, cancellation).ConfigureAwait(false);
        request.Headers.Clear();
        request.Content?.Headers.Clear();
        CopyRequestHeaders(context, request, state);
    }

    private static bool HasContentHeader(IHeaderDictionary headers)
        => headers.ContentEncoding.Count > 0 || headers.ContentLanguage.Count > 0 || headers.ContentLocation.Count > 0 || headers.ContentMD5.Count > 0
            || headers.ContentRange.Count > 0 || headers.ContentDisposition.Count > 0 || headers.Expires.Count > 0 || headers.LastModified.Count > 0 || headers.Allow.Count > 0;

    private void CopyRequestHeaders(HttpContext context, HttpRequestMessage request, RequestState state)
    {
        var source = context.Request.Headers;
        var target = request.Headers;
        var connection = source.Connection;
        var dropNamed = connection.Count > 0 && HopByHop.NamesOthers(connection);
        var forwardedFor = state.KeepForwardedFor ? null : state.PeerHost;
        foreach (var (name, values) in source)
        {
            if (HopByHop.IsHopByHop(name) || name[0] == ':' || (name.Length == 4 && name.Equals("Host", StringComparison.OrdinalIgnoreCase))
                || (dropNamed && HopByHop.HasToken(connection, name)))
            {
                continue;
            }

            if (forwardedFor is not null && name.Length == ForwardedFor.Length && name.Equals(ForwardedFor, StringComparison.OrdinalIgnoreCase))
            {
                forwardedFor = string.Concat(values.Count == 1 ? values[0] : string.Join(", ", values.ToArray()), ", ", state.PeerHost);
                continue;
            }

            Add(request, name, values);
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

        if (source.Upgrade.Count > 0)
        {
            AskForUpgrade(context, request);
        }
    }

    // The library passes on upgrades to WebSocket and SPDY by itself, and to nothing else.
    private static void AskForUpgrade(HttpContext context, HttpRequestMessage request)
    {
        var protocols = context.Request.Headers.Upgrade;
        var first = protocols.ToString();
        if (first.Equals("websocket", StringComparison.OrdinalIgnoreCase) || first.StartsWith("SPDY/", StringComparison.OrdinalIgnoreCase)
            || context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true })
        {
            return;
        }

        request.Version = HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", (IEnumerable<string?>)protocols);
    }

    private static void Add(HttpRequestMessage request, string name, in StringValues values)
    {
        if (values.Count == 1)
        {
            var value = values[0]!;
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }
        else if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
        {
            request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
    }

    private static void CopyResponseHeaders(HttpResponseMessage response, IHeaderDictionary target, int status)
    {
        var connection = response.Headers.NonValidated.TryGetValues("Connection", out var tokens) ? ToStringValues(tokens) : default;
        var dropNamed = connection.Count > 0 && HopByHop.NamesOthers(connection);
        Copy(response.Headers.NonValidated, target, dropNamed, connection);
        Copy(response.Content.Headers.NonValidated, target, dropNamed, connection);
        var isChunked = response.Headers.TransferEncodingChunked == true;
        if (isChunked || status is >= 100 and < 200 or StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent)
        {
            target.Remove("Content-Length");
        }

        // As Go's server does: neither says anything of an answer that has no body to say it of.
        if (status == StatusCodes.Status304NotModified)
        {
            target.Remove("Content-Type");
            target.Remove("Content-Length");
        }

        if (isChunked && response.Headers.NonValidated.TryGetValues("Trailer", out var announced))
        {
            target.Append("Trailer", ToStringValues(announced));
        }
    }

    private static void Copy(HttpHeadersNonValidated source, IHeaderDictionary target, bool dropNamed, in StringValues connection)
    {
        foreach (var (name, values) in source)
        {
            if (HopByHop.IsHopByHop(name) || (dropNamed && HopByHop.HasToken(connection, name)))
            {
                continue;
            }

            var copied = ToStringValues(values);
            target[name] = target.TryGetValue(name, out var present) && present.Count > 0 ? StringValues.Concat(present, copied) : copied;
        }
    }

    private static StringValues ToStringValues(in HeaderStringValues values)
    {
        if (values.Count == 1)
        {
            return values.ToString();
        }

        var copy = new string[values.Count];
        var i = 0;
        foreach (var value in values)
        {
            copy[i++] = value;
        }

        return copy;
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

    /// <summary>Called with the time to each answer's head, in ticks of the clock. Default: nobody wants to know.</summary>
    public Action<long>? Answered { get; init; }
}
