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

    private static readonly ServersTransportConfig Fallback = new() { MaxIdleConnsPerHost = 200, ForwardingTimeouts = new() };
    private static readonly bool ProxyConfigured = IsProxyConfigured();

    private readonly SocketsHttpHandler handler;
    private readonly Http1Handler clearText;
    private readonly ServerTls? tls;
    private readonly TimeSpan dialTimeout;

    private ServersTransport(ServersTransportConfig config, ServerTls? tls, TimeProvider time)
    {
        this.tls = tls;
        var timeouts = config.ForwardingTimeouts ?? new ForwardingTimeoutsConfig();
        dialTimeout = timeouts.DialTimeout > GoDuration.Zero ? timeouts.DialTimeout.ToTimeSpan() : Timeout.InfiniteTimeSpan;
        DisableHttp2 = config.DisableHttp2;
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
            PooledConnectionIdleTimeout = timeouts.IdleConnTimeout > GoDuration.Zero ? timeouts.IdleConnTimeout.ToTimeSpan() : Timeout.InfiniteTimeSpan,
            // A negative number of idle connections means that none is kept.
            PooledConnectionLifetime = config.MaxIdleConnsPerHost < 0 ? TimeSpan.Zero : Timeout.InfiniteTimeSpan,
            RequestHeaderEncodingSelector = static (_, _) => System.Text.Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => System.Text.Encoding.Latin1,
            ConnectCallback = ConnectAsync,
        };
        if (timeouts.ReadIdleTimeout > GoDuration.Zero)
        {
            handler.KeepAlivePingDelay = AtLeastOneSecond(timeouts.ReadIdleTimeout);
            handler.KeepAlivePingTimeout = AtLeastOneSecond(timeouts.PingTimeout);
        }

        if (tls is not null)
        {
            handler.SslOptions = tls.OptionsFor(null, http2: !DisableHttp2, out _);
        }

        var idleTimeout = timeouts.IdleConnTimeout > GoDuration.Zero ? timeouts.IdleConnTimeout.ToTimeSpan() : TimeSpan.Zero;
        clearText = new Http1Handler(async (host, port, cancellation) => await DialAsync(new DnsEndPoint(host, port), cancellation).ConfigureAwait(false), config.MaxIdleConnsPerHost, idleTimeout, time);
        HttpMessageHandler both = ProxyConfigured ? handler : new ByScheme(clearText, handler);
        Invoker = timeouts.ResponseHeaderTimeout > GoDuration.Zero
            ? new TimedInvoker(both, timeouts.ResponseHeaderTimeout.ToTimeSpan())
            : new HttpMessageInvoker(both, disposeHandler: false);
    }

    /// <summary>Sends requests over the pooled connections.</summary>
    public HttpMessageInvoker Invoker { get; }

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

        return build.State.Get("serversTransport", qualified, RecordJson.Canonical(config), () => Create(qualified, config, build.Loggers, build.Time));
    }

    public void Dispose()
    {
        Invoker.Dispose();
        clearText.Dispose();
        handler.Dispose();
    }

    private static ServersTransport Create(string name, ServersTransportConfig config, ILoggerFactory loggers, TimeProvider time)
    {
        var logger = loggers.CreateLogger<ServersTransport>();
        try
        {
            return new ServersTransport(config, ServerTls.Create(config, fault => LogFault(logger, name, fault)), time);
        }
        catch (ConfigurationException fault)
        {
            LogDropped(logger, name, fault.Message);
            return new ServersTransport(config, ServerTls.Default, time);
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var stream = new NetworkStream(await DialAsync(context.DnsEndPoint, cancellation).ConfigureAwait(false), ownsSocket: true);
        var request = context.InitialRequestMessage;
        var uri = request.RequestUri!;
        var isDirect = uri.Port == context.DnsEndPoint.Port && string.Equals(uri.IdnHost, context.DnsEndPoint.Host, StringComparison.OrdinalIgnoreCase);
        if (tls is null || !isDirect || uri.Scheme != Uri.UriSchemeHttps)
        {
            return stream;
        }

        return await tls.HandshakeAsync(stream, uri.IdnHost, request.Version.Major >= 2, cancellation).ConfigureAwait(false);
    }

    private async ValueTask<Socket> DialAsync(DnsEndPoint endPoint, CancellationToken cancellation)
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

            return socket;
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

    /// <summary>Clear-text HTTP/1.1 by our own client, everything else by the framework's.</summary>
    private sealed class ByScheme(Http1Handler clearText, SocketsHttpHandler everythingElse) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker own = new(clearText, disposeHandler: false);
        private readonly HttpMessageInvoker framework = new(everythingElse, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => (request.Version.Major == 1 && request.RequestUri!.Scheme == Uri.UriSchemeHttp ? own : framework).SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                own.Dispose();
                framework.Dispose();
            }

            base.Dispose(disposing);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "serversTransport {Name}: {Fault}; servers are asked with default TLS settings")]
    private static partial void LogDropped(ILogger logger, string name, string fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "serversTransport {Name}: {Fault}")]
    private static partial void LogFault(ILogger logger, string name, string fault);
}
