using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>What a failed try to reach a server means: the status, whether another try is safe, and how loudly to say it.</summary>
/// <param name="Status">The status to answer with.</param>
/// <param name="Outcome">How far the request came.</param>
/// <param name="Level">The level to log it at.</param>
/// <param name="Cause">Why, in words for the operator.</param>
internal readonly record struct ForwardFailure(int Status, ForwardOutcome Outcome, LogLevel Level, string Cause);

/// <summary>Turns failures of forwarding into answers, as Traefik does: 499, 502, 504, and 500 for what Go does not take for a network error.</summary>
internal static class ErrorResponses
{
    private const int ClientClosedRequest = 499;

    /// <summary>The one place that decides.</summary>
    public static ForwardFailure For(HttpContext context, Exception exception)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return new ForwardFailure(ClientClosedRequest, ForwardOutcome.ClientGone, LogLevel.Debug, "the client went away");
        }

        var cause = Cause(exception);
        var outcome = IsBeforeSending(exception, cause) ? ForwardOutcome.NotSent : ForwardOutcome.SentAndFailed;
        return cause switch
        {
            BadHttpRequestException bad => new ForwardFailure(bad.StatusCode, ForwardOutcome.ClientGone, LogLevel.Debug, "the client's body cannot be read: " + bad.Message),
            // A wrapped one is no time limit: the library has given up the body that it was sending, because the connection is lost.
            OperationCanceledException when exception is not OperationCanceledException => Gateway(StatusCodes.Status502BadGateway, ForwardOutcome.SentAndFailed, cause),
            TimeoutException or OperationCanceledException => Gateway(StatusCodes.Status504GatewayTimeout, outcome, cause),
            SocketException { SocketErrorCode: SocketError.TimedOut } => Gateway(StatusCodes.Status504GatewayTimeout, outcome, cause),
            SocketException => Gateway(StatusCodes.Status502BadGateway, outcome, cause),
            UntrustedServerException => new ForwardFailure(StatusCodes.Status500InternalServerError, ForwardOutcome.NotSent, LogLevel.Error, cause.Message),
            AuthenticationException => Gateway(StatusCodes.Status502BadGateway, ForwardOutcome.NotSent, cause),
            HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => Gateway(StatusCodes.Status502BadGateway, outcome, cause),
            HttpIOException => Gateway(StatusCodes.Status500InternalServerError, outcome, cause),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.ResponseEnded } =>
                Gateway(StatusCodes.Status502BadGateway, outcome, cause),
            HttpRequestException => Gateway(StatusCodes.Status500InternalServerError, outcome, cause),
            IOException => Gateway(StatusCodes.Status502BadGateway, outcome, cause),
            _ => Gateway(StatusCodes.Status500InternalServerError, outcome, cause),
        };
    }

    /// <summary>What went wrong, in words.</summary>
    public static string Explain(Exception exception) => Describe(Cause(exception));

    private static ForwardFailure Gateway(int status, ForwardOutcome outcome, Exception cause) => new(status, outcome, LogLevel.Warning, Describe(cause));

    private static string Describe(Exception cause) => cause switch
    {
        SocketException socket => $"{socket.Message} ({socket.SocketErrorCode})",
        // Of TLS the last one has the server's alert, such as the one that asks for a certificate.
        { InnerException: not null } when cause.GetBaseException().Message is var last && last != cause.Message =>
            $"{cause.Message.Replace(", see inner exception.", "", StringComparison.Ordinal)} ({last})",
        _ => cause.Message,
    };

    /// <summary>The innermost exception that says something: wrappers of the client library say only that sending failed.</summary>
    private static Exception Cause(Exception exception)
    {
        while (true)
        {
            switch (exception)
            {
                case AggregateException { InnerExceptions.Count: > 0 } several:
                    exception = several.InnerExceptions.FirstOrDefault(inner => inner is not OperationCanceledException) ?? several.InnerExceptions[0];
                    break;
                case HttpRequestException when exception.InnerException is { } inner:
                    exception = inner;
                    break;
                case IOException and not (HttpIOException or BadHttpRequestException)
                    when exception.InnerException is SocketException or IOException or TimeoutException or AuthenticationException or HttpRequestException:
                    exception = exception.InnerException;
                    break;
                case OperationCanceledException when exception.InnerException is TimeoutException timeout:
                    exception = timeout;
                    break;
                default:
                    return exception;
            }
        }
    }

    private static bool IsBeforeSending(Exception exception, Exception cause)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is HttpRequestException
                {
                    HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
                        or HttpRequestError.ProxyTunnelError or HttpRequestError.VersionNegotiationError,
                })
            {
                return true;
            }
        }

        return cause is NotSupportedException;
    }
}
