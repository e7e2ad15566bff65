using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>
/// An HTTP/1.1 client for clear-text servers, behind the forwarding library. It keeps what the framework's client loses: repeated header lines stay repeated,
/// names keep their spelling, an answer may come while the request's body is still being sent, and where exactly an exchange broke is known.
/// </summary>
/// <param name="dial">Opens a connection to a host and port.</param>
/// <param name="maxIdle">Idle connections kept per server; none where it is negative.</param>
/// <param name="idleTimeout">How long an idle connection is kept.</param>
/// <param name="time">The clock.</param>
internal sealed class Http1Handler(Func<string, int, CancellationToken, ValueTask<Socket>> dial, int maxIdle, TimeSpan idleTimeout, TimeProvider time) : HttpMessageHandler
{
    private readonly ConcurrentDictionary<(string Host, int Port), Http1Pool> pools = new();

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        var pool = pools.GetOrAdd((uri.IdnHost, uri.Port), static (_, arg) => new Http1Pool(arg.maxIdle, arg.idleTimeout, arg.time), (maxIdle, idleTimeout, time));
        while (true)
        {
            var connection = pool.Rent();
            var isReused = connection is not null;
            connection ??= await ConnectAsync(pool, uri, cancellationToken).ConfigureAwait(false);
            try
            {
                return await connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception) when (isReused && connection.IsUntouched && MayRepeat(request) && !cancellationToken.IsCancellationRequested)
            {
                // The server closed the idle connection while the request was under way to it; nothing of an answer came, so another try is safe (RFC 9110 section 9.2.2).
                connection.Dispose();
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var pool in pools.Values)
            {
                pool.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private static bool MayRepeat(HttpRequestMessage request)
        => request.Content is null && request.Method.Method is "GET" or "HEAD" or "OPTIONS" or "TRACE" or "PUT" or "DELETE";

    private async ValueTask<Http1Connection> ConnectAsync(Http1Pool pool, Uri uri, CancellationToken cancellation)
    {
        try
        {
            return new Http1Connection(await dial(uri.IdnHost, uri.Port, cancellation).ConfigureAwait(false), pool);
        }
        catch (SocketException error)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"no connection to {uri.Authority}", error);
        }
        catch (TimeoutException error)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"no connection to {uri.Authority}", error);
        }
    }
}
