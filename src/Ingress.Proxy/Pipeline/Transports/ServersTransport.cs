using System.Net;
using System.Net.Sockets;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Pipeline.Transports.Http1;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>The connections to servers of one transport: pools, timeouts and TLS. It is carried over reloads while its configuration stays the same.</summary>
internal sealed partial class ServersTransport : IDisposable
{
    private const int KeepAliveSeconds = 30;
    private const int LargestResponseHeadKib = 1024;
    private const int UsualIdle = 200;

    private static readonly ServersTransportConfig Fallback = new() { MaxIdleConnsPerHost = 200, ForwardingTimeouts = new() };
    private static readonly bool ProxyConfigured = IsProxyConfigured();

    private readonly SocketsHttpHandler handler;
    private readonly ServerTls tls;
    private readonly TimeSpan dialTimeout;
    private readonly TimeSpan idleTimeout;
    private readonly int mostIdle;
    private readonly string identity;

    private ServersTransport(string identity, ServersTransportConfig config, ServerTls tls)
    {
        this.identity = identity;
        this.tls = tls;
        var timeouts = config.ForwardingTimeouts ?? new ForwardingTimeoutsConfig();
        dialTimeout = timeouts.DialTimeout > GoDuration.Zero ? timeouts.DialTimeout.ToTimeSpan() : Timeout.InfiniteTimeSpan;
        DisableHttp2 = config.DisableHttp2;
        idleTimeout = timeouts.IdleConnTimeout > GoDuration.Zero ? timeouts.IdleConnTimeout.ToTimeSpan() : Timeout.InfiniteTimeSpan;
        mostIdle = config.MaxIdleConnsPerHost switch { 0 => UsualIdle, < 0 => 0, var most => most };
        HeadTimeout = timeouts.ResponseHeaderTimeout > GoDuration.Zero ? timeouts.ResponseHeaderTimeout.ToTimeSpan() : Timeout.InfiniteTimeSpan;
        handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = ProxyConfigured,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
#pragma warning disable CA2262 // Kilobytes indeed: Go takes larger heads still.
            MaxResponseHeadersLength = LargestResponseHeadKib,
#pragma warning restore CA2262
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionIdleTimeout = idleTimeout,
            // A negative number of idle connections means that none is kept.
            PooledConnectionLifetime = mostIdle == 0 ? TimeSpan.Zero : Timeout.InfiniteTimeSpan,
            RequestHeaderEncodingSelector = static (_, _) => System.Text.Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => System.Text.Encoding.Latin1,
            ConnectCallback = ConnectAsync,
        };
        if (timeouts.ReadIdleTimeout > GoDuration.Zero)
        {
            handler.KeepAlivePingDelay = AtLeastOneSecond(timeouts.ReadIdleTimeout);
            handler.KeepAlivePingTimeout = AtLeastOneSecond(timeouts.PingTimeout);
        }

        handler.SslOptions = tls.OptionsFor(null, http2: !DisableHttp2, out _);

        var careful = new LostConnections(handler);
        Invoker = HeadTimeout == Timeout.InfiniteTimeSpan ? new HttpMessageInvoker(careful, disposeHandler: false) : new TimedInvoker(careful, HeadTimeout);
    }

    /// <summary>Sends requests over the pooled connections.</summary>
    public HttpMessageInvoker Invoker { get; }

    /// <summary>What <see cref="Invoker"/> hands requests to.</summary>
    public HttpMessageHandler Handler => handler;

    /// <summary>How long the head of an answer may take; infinite for no limit.</summary>
    public TimeSpan HeadTimeout { get; }

    /// <summary>Whether https servers are asked by HTTP/1.1 only.</summary>
    public bool DisableHttp2 { get; }

    /// <summary>The transport of this qualified name, kept from the last snapshot where it is the same. Empty is the static one.</summary>
    public static ServersTransport Get(PipelineBuild build, string name)
    {
        const string DefaultName = "default@internal";
        var qualified = name.Length == 0 ? DefaultName : name;
        if (!build.Configuration.ServersTransports.TryGetValue(qualified, out var config))
        {
            config = qualified == DefaultName ? Fallback : throw new ConfigurationException($"servers transport not found {qualified}");
        }

        return build.State.Get("serversTransport", qualified, RecordJson.Canonical(config), () => Create(qualified, config, build.Loggers));
    }

    /// <summary>Whether a server may be asked by HTTP/2.</summary>
    public bool MayNegotiate(ServerUrl url) => url.Scheme == "h2c" || (url.Scheme == "https" && !DisableHttp2);

    /// <summary>
    /// The HTTP/1.1 connections to a server; null where it is asked in another way: by HTTP/2 without TLS, or through an outgoing proxy. They live as long as any
    /// snapshot asks for them.
    /// </summary>
    public Http1Pool? PoolFor(ServerUrl url, PipelineBuild build)
    {
        if (ProxyConfigured || !url.IsUsable || url.Scheme == "h2c")
        {
            return null;
        }

        return build.State.Get("connections", identity, url.Prefix, () => NewPool(url.Scheme == "https", url.Root!));
    }

    public void Dispose()
    {
        Invoker.Dispose();
        handler.Dispose();
    }

    private static ServersTransport Create(string name, ServersTransportConfig config, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger<ServersTransport>();
        var identity = name + "|" + RecordJson.Canonical(config);
        try
        {
            return new ServersTransport(identity, config, ServerTls.Create(config, fault => LogFault(logger, name, fault)));
        }
        catch (ConfigurationException fault)
        {
            LogDropped(logger, name, fault.Message);
            return new ServersTransport(identity, config, ServerTls.Default);
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var stream = await DialAsync(context.DnsEndPoint, cancellation).ConfigureAwait(false);
        var request = context.InitialRequestMessage;
        var uri = request.RequestUri!;
        var isDirect = uri.Port == context.DnsEndPoint.Port && string.Equals(uri.IdnHost, context.DnsEndPoint.Host, StringComparison.OrdinalIgnoreCase);
        if (!isDirect || uri.Scheme != Uri.UriSchemeHttps)
        {
            return stream;
        }

        return await tls.HandshakeAsync(stream, uri.IdnHost, request.Version.Major >= 2, cancellation).ConfigureAwait(false);
    }

    private Http1Pool NewPool(bool isSecure, Uri root)
    {
        var endPoint = new DnsEndPoint(root.IdnHost, root.Port);
        return new Http1Pool(OpenAsync, isSecure && !DisableHttp2, idleTimeout, mostIdle);

        async ValueTask<Http1Connection> OpenAsync(bool http2, CancellationToken cancellation)
        {
            NetworkStream stream;
            try
            {
                stream = await DialAsync(endPoint, cancellation).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is SocketException or TimeoutException)
            {
                throw new HttpRequestException(HttpRequestError.ConnectionError, $"cannot connect to {endPoint.Host}:{endPoint.Port}", fault);
            }

            if (!isSecure)
            {
                return new Http1Connection(stream.Socket, stream);
            }

            try
            {
                return new Http1Connection(stream.Socket, await tls.HandshakeAsync(stream, root.IdnHost, http2, cancellation).ConfigureAwait(false));
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                throw new HttpRequestException(HttpRequestError.SecureConnectionError, $"no TLS with {endPoint.Host}:{endPoint.Port}", fault);
            }
        }
    }

    private async ValueTask<NetworkStream> DialAsync(DnsEndPoint endPoint, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            if (dialTimeout == Timeout.InfiniteTimeSpan)
            {
                await socket.ConnectAsync(endPoint, cancellation).ConfigureAwait(false);
            }
            else
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                limit.CancelAfter(dialTimeout);
                try
                {
                    await socket.ConnectAsync(endPoint, limit.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
                {
                    throw new TimeoutException($"no connection within {dialTimeout.TotalSeconds:0.###} s (dialTimeout)");
                }
            }

            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static TimeSpan AtLeastOneSecond(GoDuration duration) => duration < GoDuration.FromSeconds(1) ? TimeSpan.FromSeconds(1) : duration.ToTimeSpan();

    private static bool IsProxyConfigured()
    {
        foreach (var name in new[] { "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY" })
        {
            // .NET reads both spellings, and so does Go.
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } || Environment.GetEnvironmentVariable(name.ToLowerInvariant()) is { Length: > 0 })
            {
                return true;
            }
        }

        return false;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "serversTransport {Name}: {Fault}; servers are asked with default TLS settings")]
    private static partial void LogDropped(ILogger logger, string name, string fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "serversTransport {Name}: {Fault}")]
    private static partial void LogFault(ILogger logger, string name, string fault);
}
