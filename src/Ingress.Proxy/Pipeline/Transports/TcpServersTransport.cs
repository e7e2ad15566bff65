using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Pipeline.Services.Tcp;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>How connections to TCP servers are made.</summary>
internal sealed class TcpServersTransport
{
    private static readonly TimeSpan TlsTimeout = TimeSpan.FromSeconds(10);

    private readonly TimeSpan dialTimeout;
    private readonly TimeSpan keepAlive;
    private readonly int proxyVersion;
    private readonly ServerTls tls;
    private readonly bool canVerify;
    private readonly TimeProvider time;

    /// <param name="config">The transport's configuration.</param>
    /// <param name="proxyProtocol">The service's own PROXY protocol setting, for a transport without one.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onFault">Takes lesser faults, such as a certificate that cannot be read.</param>
    public TcpServersTransport(TcpServersTransportConfig config, TcpProxyProtocolConfig? proxyProtocol, TimeProvider time, Action<string> onFault)
    {
        this.time = time;
        dialTimeout = config.DialTimeout.ToTimeSpan();
        keepAlive = config.DialKeepAlive.ToTimeSpan();
        TerminationDelay = config.TerminationDelay.Nanoseconds < 0 ? Timeout.InfiniteTimeSpan : config.TerminationDelay.ToTimeSpan();
        proxyVersion = (config.ProxyProtocol ?? proxyProtocol)?.Version ?? 0;
        if (proxyVersion is < 0 or > 2 || (proxyVersion == 0 && (config.ProxyProtocol ?? proxyProtocol) is not null))
        {
            throw new ConfigurationException($"unknown proxyProtocol version: {proxyVersion}");
        }

        // As in Traefik the server's address is no name to verify: without serverName nothing is trusted.
        canVerify = config.Tls is { } settings && (settings.InsecureSkipVerify || settings.ServerName.Length > 0);
        tls = config.Tls is null ? ServerTls.Default : ServerTls.Create(
            new ServersTransportConfig
            {
                ServerName = config.Tls.ServerName,
                InsecureSkipVerify = config.Tls.InsecureSkipVerify,
                RootCas = config.Tls.RootCas,
                Certificates = config.Tls.Certificates,
                PeerCertUri = config.Tls.PeerCertUri,
                Spiffe = config.Tls.Spiffe,
            },
            onFault);
    }

    /// <summary>How long the second side may go on after the first has ended; negative is for ever.</summary>
    public TimeSpan TerminationDelay { get; }

    /// <summary>The transport of services that name none.</summary>
    public static TcpServersTransportConfig Default(StaticTcpServersTransportOptions options) => new()
    {
        DialKeepAlive = options.DialKeepAlive,
        DialTimeout = options.DialTimeout,

        // With no delay at all an answer to a client that has ended its input would be lost whenever it takes a moment.
        TerminationDelay = options.TerminationDelay.Nanoseconds != 0 ? options.TerminationDelay : GoDuration.FromMilliseconds(100),
        Tls = options.Tls is null ? null : new TcpClientTlsConfig { InsecureSkipVerify = options.Tls.InsecureSkipVerify, RootCas = options.Tls.RootCas, Spiffe = options.Tls.Spiffe },
    };

    /// <summary>Connects to a server for a client. Any fault is an exception.</summary>
    public async Task<RelayEnd> ConnectAsync(TcpServer server, TcpConnection client)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var deadline = dialTimeout > TimeSpan.Zero ? new CancellationTokenSource(dialTimeout, time) : new CancellationTokenSource();
            SetKeepAlive(socket);
            await socket.ConnectAsync(server.Host, server.Port, deadline.Token).ConfigureAwait(false);
            if (proxyVersion > 0)
            {
                await socket.SendAsync(ProxyHeader.Of(proxyVersion, client.Peer, client.Destination), deadline.Token).ConfigureAwait(false);
            }

            if (client.StartsPostgresTls)
            {
                await PostgresStart.AskAsync(socket, deadline.Token).ConfigureAwait(false);
            }

            return server.IsTls ? await StartTlsAsync(socket, server.Host).ConfigureAwait(false) : new RelayEnd.Plain(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<RelayEnd> StartTlsAsync(Socket socket, string host)
    {
        if (!canVerify)
        {
            throw new AuthenticationException("neither serverName nor insecureSkipVerify is set in the serversTransport's tls, so no certificate can be verified");
        }

        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
        try
        {
            using var deadline = new CancellationTokenSource(TlsTimeout, time);
            var options = tls.OptionsFor(host, http2: false, out var verdict);
            options.ApplicationProtocols = null;
            try
            {
                await stream.AuthenticateAsClientAsync(options, deadline.Token).ConfigureAwait(false);
            }
            catch (AuthenticationException) when (verdict.Fault is not null)
            {
                throw new UntrustedServerException(verdict.Fault);
            }

            return new RelayEnd.Tls(stream, stream.ShutdownAsync, socket, socket.Dispose);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void SetKeepAlive(Socket socket)
    {
        if (keepAlive < TimeSpan.Zero)
        {
            return;
        }

        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        if (keepAlive >= TimeSpan.FromSeconds(1))
        {
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)keepAlive.TotalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, (int)keepAlive.TotalSeconds);
        }
    }
}
