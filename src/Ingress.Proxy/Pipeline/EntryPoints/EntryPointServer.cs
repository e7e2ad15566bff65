using System.Net;
using System.Net.Quic;
using System.Net.Sockets;
using System.Text;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Observability;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>One TCP entry point: a Kestrel server of its own, because limits and timeouts differ from entry point to entry point.</summary>
internal sealed partial class EntryPointServer : IDisposable
{
    // Go's server reads this much beyond maxHeaderBytes before it gives up.
    private const int HeaderSlack = 4096;
    private const int KeepAliveSeconds = 180;

    // Traefik bounds the bytes of all headers and not their number; Kestrel doubles this figure while it counts.
    private const int MostHeaders = 32768;
    // Kestrel looks at its clocks once a second and takes no shorter grace.
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(1.1);
    private readonly EntryPointOptions options;
    private readonly EntryPointAddress address;
    private readonly KestrelServer server;
    private readonly ServiceProvider services;
    private readonly ILogger logger;
    private readonly ProxyApplication application;

    public EntryPointServer(string name, EntryPointOptions options, HandlerSwitch handlers, RequestObserver? observer, HostFlattening? flattening, ILoggerFactory loggers, TimeProvider time)
    {
        Name = name;
        Handlers = handlers;
        this.options = options;
        logger = loggers.CreateLogger<EntryPointServer>();
        address = EntryPointAddress.Parse(name, options.Address);
        services = new ServiceCollection().AddSingleton(loggers).BuildServiceProvider();
        application = new ProxyApplication(name, options, handlers, observer, flattening, time, logger);

        var kestrel = new KestrelServerOptions { ApplicationServices = services, AddServerHeader = false, AllowAlternateSchemes = true, AllowHostHeaderOverride = true };
        kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        SetLimits(kestrel.Limits);
        var connections = new ConnectionPipeline(name, options, handlers, loggers, time);
        kestrel.Listen(address.Endpoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            connections.AddTo(listen);
        });
        server = new KestrelServer(Options.Create(kestrel), new EntryPointTransport(CreateSocket, loggers), loggers);
    }

    /// <summary>The entry point's name.</summary>
    public string Name { get; }

    /// <summary>The handlers in force.</summary>
    public HandlerSwitch Handlers { get; }

    /// <summary>Where it listens, once started; the port is the real one where 0 was asked for.</summary>
    public IPEndPoint Endpoint { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Binds the address and begins to accept.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await server.StartAsync(application, cancellation).ConfigureAwait(false);
        LogStarted(logger, Name, Endpoint);
        if (options.Http3 is not null)
        {
            // Nothing is advertised that has not been seen to work.
            LogNoHttp3(logger, Name, OperatingSystem.IsLinux() && QuicListener.IsSupported ? "this version has none yet" : "the QUIC library (libmsquic) is not installed");
        }
    }

    /// <summary>Waits the grace period in which requests are still accepted, then closes the listener and lets requests end within the grace timeout.</summary>
    public async Task StopAsync()
    {
        await Task.Delay(options.Transport.LifeCycle.RequestAcceptGraceTimeout.ToTimeSpan()).ConfigureAwait(false);
        using var deadline = new CancellationTokenSource(options.Transport.LifeCycle.GraceTimeOut.ToTimeSpan());
        try
        {
            await server.StopAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            LogForced(logger, Name);
        }

        LogStopped(logger, Name);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        server.Dispose();
        services.Dispose();
    }

    private void SetLimits(KestrelServerLimits limits)
    {
        var timeouts = options.Transport.RespondingTimeouts;
        limits.MaxRequestHeadersTotalSize = options.Http.MaxHeaderBytes + HeaderSlack;
        limits.MaxRequestLineSize = options.Http.MaxHeaderBytes + HeaderSlack;
        limits.MaxRequestBufferSize = Math.Max(1024 * 1024, options.Http.MaxHeaderBytes + (2 * HeaderSlack));
        limits.MaxRequestHeaderCount = MostHeaders;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = SlowestBody(timeouts.ReadTimeout.ToTimeSpan());
        limits.MinResponseDataRate = null;
        limits.KeepAliveTimeout = OrInfinite(timeouts.IdleTimeout.ToTimeSpan());
        limits.RequestHeadersTimeout = OrInfinite(timeouts.ReadTimeout.ToTimeSpan());
        limits.Http2.MaxStreamsPerConnection = options.Http2.MaxConcurrentStreams > 0 ? options.Http2.MaxConcurrentStreams : 250;
        limits.Http2.HeaderTableSize = options.Http2.MaxDecoderHeaderTableSize;
        limits.Http2.MaxRequestHeaderFieldSize = options.Http.MaxHeaderBytes;
        limits.Http2.InitialConnectionWindowSize = 1024 * 1024;
        limits.Http2.InitialStreamWindowSize = 512 * 1024;
    }

    // A body that stands still for readTimeout is given up; one that makes progress may take as long as it needs.
    private static MinDataRate? SlowestBody(TimeSpan readTimeout)
        => readTimeout > TimeSpan.Zero ? new MinDataRate(bytesPerSecond: 1, gracePeriod: readTimeout > LeastGrace ? readTimeout : LeastGrace) : null;

    private static TimeSpan OrInfinite(TimeSpan span) => span > TimeSpan.Zero ? span : Timeout.InfiniteTimeSpan;

    private Socket CreateSocket(EndPoint endpoint)
    {
        var handedOver = SocketActivation.Take(Name, SocketType.Stream);
        var socket = handedOver ?? new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (handedOver is null && address.IsAny && endpoint.AddressFamily == AddressFamily.InterNetworkV6)
        {
            socket.DualMode = true;
        }

        if (options.ReusePort)
        {
            ReusePort.Set(socket);
        }

        // Accepted connections inherit these: a client that vanished without a word must not be kept for ever.
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        if (handedOver is null)
        {
            socket.Bind(endpoint);
        }

        Endpoint = (IPEndPoint)socket.LocalEndPoint!;
        return socket;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Entry point {EntryPointName} listens on {Endpoint}")]
    private static partial void LogStarted(ILogger logger, string entryPointName, IPEndPoint endpoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "HTTP/3 on entry point {EntryPointName} is not served, nor advertised: {Reason}. HTTP/1.1 and HTTP/2 are served; take http3 out to silence this")]
    private static partial void LogNoHttp3(ILogger logger, string entryPointName, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Requests on {EntryPointName} outlasted graceTimeOut and were cut")]
    private static partial void LogForced(ILogger logger, string entryPointName);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Entry point {EntryPointName} closed")]
    private static partial void LogStopped(ILogger logger, string entryPointName);
}
