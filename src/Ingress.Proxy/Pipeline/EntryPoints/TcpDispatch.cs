using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Ingress.Proxy.Pipeline.Matching.Tcp;
using Ingress.Proxy.Pipeline.Services.Tcp;
using Ingress.Proxy.Pipeline.Transports;
using Ingress.Proxy.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>Hands connections to TCP routers.</summary>
internal sealed class TcpDispatch(TlsTerminator terminator)
{
    /// <summary>What rules may ask of a connection.</summary>
    public static TcpFacts FactsOf(ConnectionContext connection, ClientHello hello)
        => new(hello.ServerName, hello.Protocols, StateOf(connection).Peer.Address);

    /// <summary>The router for a TLS connection, or null where HTTPS takes it: just as Traefik, HTTPS hosts first, then TCP names, HTTPS without a host, TCP without.</summary>
    public static TcpRoute? RouteOfTls(EntryPointHandlers handlers, in TcpFacts facts)
    {
        if (handlers.TcpTls.Count == 0 || handlers.Tls?.HasHost(facts.ServerName) == true)
        {
            return null;
        }

        return handlers.TcpTls.Match(facts) is { } route && (!route.IsCatchAll || handlers.Tls?.HasCatchAll != true) ? route : null;
    }

    /// <summary>Runs a router on a connection; what has been read ahead is still in its pipe.</summary>
    public Task RunAsync(ConnectionContext connection, TcpRoute route, TlsSelector? selector, bool startsPostgresTls = false)
    {
        if (route.Handler is null)
        {
            return Task.CompletedTask;
        }

        var state = StateOf(connection);
        var destination = state.Destination ?? connection.LocalEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0);
        var socket = connection.Features.Get<IConnectionSocketFeature>()!.Socket;
        var options = route.Tls;
        return route.Handler(new TcpConnection(
            state.Peer,
            destination,
            () => options is null || selector is null ? ValueTask.FromResult<RelayEnd?>(PlainEnd(connection, socket)) : TlsEndAsync(connection, socket, options, selector))
        {
            StartsPostgresTls = startsPostgresTls && options is null,
        });
    }

    private static ConnectionState StateOf(ConnectionContext connection) => connection.Features.Get<ConnectionState>()!;

    private static RelayEnd.Client PlainEnd(ConnectionContext connection, Socket socket) => new(connection.Transport.Input, socket, connection.Abort);

    private async ValueTask<RelayEnd?> TlsEndAsync(ConnectionContext connection, Socket socket, TlsParameters options, TlsSelector selector)
    {
        var stream = new SslStream(new ClientStream(connection.Transport, socket), leaveInnerStreamOpen: true);
        if (await terminator.HandshakeAsync(stream, StateOf(connection), name => selector.Choose(options, name, TlsTerminator.LocalAddress(connection))).ConfigureAwait(false))
        {
            return new RelayEnd.Tls(stream, socket, connection.Abort);
        }

        await stream.DisposeAsync().ConfigureAwait(false);
        return null;
    }
}
