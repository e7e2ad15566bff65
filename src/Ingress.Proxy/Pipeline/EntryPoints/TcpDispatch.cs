using System.Net;
using System.Net.Sockets;
using Ingress.Proxy.Pipeline.Matching.Tcp;
using Ingress.Proxy.Pipeline.Services.Tcp;
using Ingress.Proxy.Pipeline.Transports;
using Ingress.Proxy.Tls;
using Microsoft.AspNetCore.Connections;

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

    /// <summary>Runs a router on a connection; what has been read ahead is still there.</summary>
    public Task RunAsync(AcceptedConnection connection, TcpRoute route, ClientHello hello, TlsSelector? selector, bool startsPostgresTls = false)
    {
        if (route.Handler is null)
        {
            return Task.CompletedTask;
        }

        var state = StateOf(connection);
        var destination = state.Destination ?? connection.LocalEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0);
        var options = route.Tls;
        return route.Handler(new TcpConnection(
            state.Peer,
            destination,
            () => options is null || selector is null ? ValueTask.FromResult<RelayEnd?>(PlainEnd(connection)) : TlsEndAsync(connection, hello, options, selector))
        {
            StartsPostgresTls = startsPostgresTls && options is null,
        });
    }

    private static ConnectionState StateOf(ConnectionContext connection) => connection.Features.Get<ConnectionState>()!;

    private static RelayEnd PlainEnd(AcceptedConnection connection)
        => connection.HasPipes ? new RelayEnd.Piped(connection.Transport.Input, connection.Socket, connection.Abort) : new RelayEnd.Plain(connection.Socket);

    private async ValueTask<RelayEnd?> TlsEndAsync(AcceptedConnection connection, ClientHello hello, TlsParameters options, TlsSelector selector)
    {
        var inner = connection.HasPipes ? new ClientStream(connection.Transport, connection.Socket) : (Stream)new NetworkStream(connection.Socket, ownsSocket: false);
        var stream = await terminator.EndAsync(connection, hello, inner, options, selector).ConfigureAwait(false);
        return stream is null ? null : new RelayEnd.Tls(stream, stream.ShutdownAsync, connection.Socket, connection.Abort);
    }
}
