using System.Net;
using System.Net.Sockets;
using Ingress.Proxy.Pipeline.Matching.Tcp;
using Ingress.Proxy.Pipeline.Transports;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>Looks at a connection's first bytes, without taking them, and sends it to a TCP router, to TLS and HTTPS, or to HTTP.</summary>
internal sealed partial class ConnectionSniffer
{
    private readonly string entryPoint;
    private readonly HandlerSwitch handlers;
    private readonly TimeSpan timeout;
    private readonly bool allowAcmeByPass;
    private readonly ILogger logger;
    private readonly TlsTerminator tls;
    private readonly TcpDispatch tcp;

    /// <param name="entryPoint">The entry point's name.</param>
    /// <param name="handlers">The handlers in force.</param>
    /// <param name="timeout">How long a client may take to show what it speaks.</param>
    /// <param name="allowAcmeByPass">Whether TCP routers may take the handshakes of ACME's TLS challenge.</param>
    /// <param name="loggers">Loggers.</param>
    public ConnectionSniffer(string entryPoint, HandlerSwitch handlers, TimeSpan timeout, bool allowAcmeByPass, ILoggerFactory loggers)
    {
        this.entryPoint = entryPoint;
        this.handlers = handlers;
        this.timeout = timeout;
        this.allowAcmeByPass = allowAcmeByPass;
        logger = loggers.CreateLogger<ConnectionSniffer>();
        tls = new TlsTerminator(handlers, timeout, loggers.CreateLogger<TlsTerminator>());
        tcp = new TcpDispatch(tls);
    }

    /// <summary>Waits for the first bytes, then goes on as they ask.</summary>
    public async Task OnConnectionAsync(AcceptedConnection connection, ConnectionDelegate next)
    {
        var current = handlers.Current;
        if (current.Tcp.Count > 0 && current.TcpTls.Count == 0 && current.Tls?.HasRouters != true)
        {
            // Nothing that the client could say would change the choice, and the server may be the one to speak first.
            if (current.Tcp.Match(TcpDispatch.FactsOf(connection, ClientHello.Silent)) is { } route)
            {
                await tcp.RunAsync(connection, route, ClientHello.Silent, current.Tls).ConfigureAwait(false);
                return;
            }
        }

        var (kind, hello) = await LookAsync(connection).ConfigureAwait(false);
        await (kind switch
        {
            ConnectionKind.ClearText or ConnectionKind.ClearTextHttp2 => OnClearTextAsync(connection, kind, current, next),
            ConnectionKind.Tls => OnTlsAsync(connection, hello, current, next),
            ConnectionKind.Postgres => OnPostgresAsync(connection, current),
            _ => Task.CompletedTask,
        }).ConfigureAwait(false);
    }

    private Task OnClearTextAsync(AcceptedConnection connection, ConnectionKind kind, EntryPointHandlers current, ConnectionDelegate next)
    {
        if (current.Tcp.Count > 0 && current.Tcp.Match(TcpDispatch.FactsOf(connection, ClientHello.Silent)) is { } route)
        {
            return tcp.RunAsync(connection, route, ClientHello.Silent, current.Tls);
        }

        if (kind == ConnectionKind.ClearTextHttp2)
        {
            ClearTextHttp2.Mark(connection);
        }

        return next(connection);
    }

    private Task OnTlsAsync(AcceptedConnection connection, ClientHello hello, EntryPointHandlers current, ConnectionDelegate next)
    {
        var facts = TcpDispatch.FactsOf(connection, hello);
        var isChallenge = !allowAcmeByPass && AlpnMatcher.IsOffered(facts, AlpnMatcher.AcmeProtocol);
        return !isChallenge && TcpDispatch.RouteOfTls(current, facts) is { } route
            ? tcp.RunAsync(connection, route, hello, current.Tls)
            : tls.OnConnectionAsync(connection, hello, next);
    }

    // The client is told to go on, its hello then chooses among the TCP routers with TLS; HTTPS has no part in this.
    private async Task OnPostgresAsync(AcceptedConnection connection, EntryPointHandlers current)
    {
        try
        {
            await connection.ReadAheadAsync((_, _) => PostgresStart.Request.Length, CancellationToken.None).ConfigureAwait(false);
            await connection.Socket.SendAsync(PostgresStart.Agreement).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or ConnectionResetException)
        {
            return;
        }

        var (kind, hello) = await LookAsync(connection).ConfigureAwait(false);
        if (kind == ConnectionKind.Tls && current.TcpTls.Match(TcpDispatch.FactsOf(connection, hello)) is { } route)
        {
            await tcp.RunAsync(connection, route, hello, current.Tls, startsPostgresTls: true).ConfigureAwait(false);
        }
    }

    // Unknown where the connection ended or stayed silent.
    private async Task<(ConnectionKind Kind, ClientHello Hello)> LookAsync(AcceptedConnection connection)
    {
        using var deadline = new CancellationTokenSource(timeout);
        var kind = ConnectionKind.Unknown;
        var hello = ClientHello.Silent;
        try
        {
            await connection.ReadAheadAsync(
                (bytes, isEnd) =>
                {
                    kind = bytes.IsEmpty ? ConnectionKind.Unknown : FirstBytes.Look(bytes, isEnd, out hello);
                    return kind != ConnectionKind.Unknown || isEnd ? 0 : null;
                },
                deadline.Token).ConfigureAwait(false);
            return (kind, hello);
        }
        catch (OperationCanceledException)
        {
            LogSilent(logger, entryPoint, connection.RemoteEndPoint);
            connection.Abort();
        }
        catch (ConnectionResetException)
        {
            // The client is gone.
        }

        return (ConnectionKind.Unknown, ClientHello.Silent);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A client on {EntryPointName} from {Peer} did not show what it speaks within readTimeout; connection closed")]
    private static partial void LogSilent(ILogger logger, string entryPointName, EndPoint? peer);
}
