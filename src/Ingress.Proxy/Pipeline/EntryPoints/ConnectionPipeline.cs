using Ingress.Proxy.Configuration.StaticModel;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>What every accepted connection passes, in this order, before HTTP: its state, the PROXY header, ACME's own connections, the look at its first bytes.</summary>
internal sealed class ConnectionPipeline(string name, EntryPointOptions options, HandlerSwitch handlers, ILoggerFactory loggers, TimeProvider time)
{
    /// <summary>Adds the steps to a listener.</summary>
    public void AddTo(ListenOptions listen)
    {
        listen.Use(next => async connection =>
        {
            using var state = ConnectionState.Of(connection.RemoteEndPoint, time.GetTimestamp());
            connection.Features.Set(state);
            await next(connection).ConfigureAwait(false);
        });
        if (options.ProxyProtocol is { } proxyProtocol)
        {
            var reader = new ProxyProtocol(proxyProtocol, ReadTimeout, loggers.CreateLogger<ProxyProtocol>());
            listen.Use(next => connection => reader.OnConnectionAsync((AcceptedConnection)connection, next));
        }

        if (!options.AllowAcmeByPass)
        {
            var responder = new AcmeTlsResponder(handlers, loggers.CreateLogger<AcmeTlsResponder>());
            listen.Use(next => connection => responder.OnConnectionAsync((AcceptedConnection)connection, next));
        }

        var sniffer = new ConnectionSniffer(name, handlers, ReadTimeout, options.AllowAcmeByPass, loggers);
        listen.Use(next => connection => sniffer.OnConnectionAsync((AcceptedConnection)connection, next));
    }

    private TimeSpan ReadTimeout => options.Transport.RespondingTimeouts.ReadTimeout.ToTimeSpan() is { Ticks: > 0 } limit ? limit : Timeout.InfiniteTimeSpan;
}
