using System.Collections.Concurrent;
using System.Net;
using Ingress.Proxy.Pipeline.Services.Tcp;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Middlewares.Tcp;

/// <summary>Bounds how many connections one address may have at the same time (<c>inFlightConn</c>).</summary>
public sealed record InFlightConnOptions
{
    /// <summary>The most connections of one address; 0 refuses all. Default: 0.</summary>
    public long Amount { get; init; }
}

internal sealed partial class InFlightConn(TcpHandler next, long amount, ConcurrentDictionary<IPAddress, long> counts, ILogger logger)
{
    public static TcpHandler Build(TcpMiddlewareBuild build)
    {
        var counts = build.State(() => new ConcurrentDictionary<IPAddress, long>());
        return new InFlightConn(build.Next, ((InFlightConnOptions)build.Options).Amount, counts, build.Pipeline.Loggers.CreateLogger<InFlightConn>()).HandleAsync;
    }

    private async Task HandleAsync(TcpConnection connection)
    {
        var address = connection.Peer.Address;
        try
        {
            if (counts.AddOrUpdate(address, 1, static (_, count) => count + 1) > amount)
            {
                LogRefused(logger, address, amount);
                return;
            }

            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            // The last one out removes the entry, so that the table is no larger than the connections are many.
            if (counts.AddOrUpdate(address, 0, static (_, count) => count - 1) <= 0)
            {
                counts.TryRemove(KeyValuePair.Create(address, 0L));
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Connection of {Address} refused: it has {Amount} already")]
    private static partial void LogRefused(ILogger logger, IPAddress address, long amount);
}
