using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>Moves bytes both ways between two sides until both have ended, or until the second has not within a while after the first.</summary>
internal static class StreamRelay
{
    /// <summary>Relays. A negative delay waits for the second side for ever.</summary>
    public static async Task RunAsync(RelayEnd client, RelayEnd server, TimeSpan terminationDelay, TimeProvider time)
    {
        var up = MoveAsync(client, server);
        var down = MoveAsync(server, client);
        var first = await Task.WhenAny(up, down).ConfigureAwait(false);
        var second = first == up ? down : up;
        if (terminationDelay >= TimeSpan.Zero && !second.IsCompleted)
        {
            try
            {
                await second.WaitAsync(terminationDelay, time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                client.Abort();
                server.Abort();
            }
        }

        await second.ConfigureAwait(false);
    }

    private static async Task MoveAsync(RelayEnd from, RelayEnd to)
    {
        try
        {
            await from.CopyToAsync(to).ConfigureAwait(false);
        }
        catch (Exception error) when (IsEnd(error))
        {
            // However a direction ends, the other side is told and gets its time to finish.
        }

        try
        {
            await to.EndAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (IsEnd(error))
        {
            // It is gone already.
        }
    }

    private static bool IsEnd(Exception error)
        => error is SocketException or IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException
            or ConnectionResetException or ConnectionAbortedException;
}
