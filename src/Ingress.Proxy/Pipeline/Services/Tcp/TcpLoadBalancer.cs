using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Ingress.Proxy.Pipeline.Transports;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Services.Tcp;

/// <summary>Sends connections to servers in turn, beginning anywhere.</summary>
internal sealed partial class TcpLoadBalancer(string name, TcpServer[] servers, TcpServersTransport transport, bool isChecked, TimeProvider time, ILogger logger) : TcpService
{
    private uint turn = (uint)Random.Shared.Next();

    /// <inheritdoc/>
    public override bool IsUp => Array.Exists(servers, server => server.IsUp);

    /// <inheritdoc/>
    public override bool HasHealth => isChecked;

    /// <inheritdoc/>
    public override async Task HandleAsync(TcpConnection connection)
    {
        var server = Next();
        if (server is null)
        {
            LogNoServer(logger, name);
            return;
        }

        RelayEnd end;
        try
        {
            end = await transport.ConnectAsync(server, connection).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or IOException or AuthenticationException or UntrustedServerException or OperationCanceledException)
        {
            LogDialFailed(logger, name, server.Address, error is OperationCanceledException ? "no connection within dialTimeout" : error.Message);
            return;
        }

        await using (end.ConfigureAwait(false))
        {
            var client = await connection.OpenAsync().ConfigureAwait(false);
            if (client is not null)
            {
                await using (client.ConfigureAwait(false))
                {
                    LogConnected(logger, connection.Peer, server.Address);
                    await StreamRelay.RunAsync(client, end, transport.TerminationDelay, time).ConfigureAwait(false);
                }
            }
        }
    }

    private TcpServer? Next()
    {
        for (var tries = 0; tries < servers.Length; tries++)
        {
            var server = servers[Interlocked.Increment(ref turn) % (uint)servers.Length];
            if (server.IsUp)
            {
                return server;
            }
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "TCP service {ServiceName} has no server to send to; connection closed")]
    private static partial void LogNoServer(ILogger logger, string serviceName);

    [LoggerMessage(Level = LogLevel.Error, Message = "TCP service {ServiceName}: no connection to {Address}: {Reason}")]
    private static partial void LogDialFailed(ILogger logger, string serviceName, string address, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Handling TCP connection of {Peer} with {Address}")]
    private static partial void LogConnected(ILogger logger, IPEndPoint peer, string address);
}
