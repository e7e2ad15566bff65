using System.Net.Sockets;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>
/// Asks once more where an HTTP/2 connection was lost before anything of the answer came: the server may have closed it just when the request was on its way. Only
/// for idempotent requests without a body (RFC 9110, 9.2.2); the client library itself asks again only where the server says that it has not begun.
/// </summary>
internal sealed class LostConnections(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException fault) when (request.Content is null && Http1.Http1Exchange.IsIdempotent(request.Method) && IsLoss(fault) && !cancellationToken.IsCancellationRequested)
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested && fault.InnerException is not TimeoutException)
        {
            // Nobody has cancelled it: the library gives up the body that it was sending when the connection is lost, and may tell of that alone.
            throw new HttpIOException(HttpRequestError.ResponseEnded, "the server closed the connection while the request was sent", fault);
        }
    }

    private static bool IsLoss(HttpRequestException fault)
    {
        if (fault.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            return false;
        }

        for (Exception? current = fault; current is not null; current = current.InnerException)
        {
            if (current is SocketException or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded })
            {
                return true;
            }
        }

        return false;
    }
}
