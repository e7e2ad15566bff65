using System.Net;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>
/// One request over HTTP/1.1. The forwarding library hands it the request as to any client; it takes the header fields from the client's own request, so that
/// they reach the server line by line as they came.
/// </summary>
internal sealed class Http1Exchange(HttpContext context, RequestState state, Http1Pool shared, Http1Pool chosen, Forwarder forwarder, ServersTransport transport)
    : HttpMessageInvoker(transport.Handler, disposeHandler: false)
{
    private static readonly TimeSpan ContinueTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EndTimeout = TimeSpan.FromMilliseconds(50);

    private readonly TimeSpan headTimeout = transport.HeadTimeout;
    private Http1Pool pool = chosen;
    private bool hasUpload;
    private volatile bool isUploaded;
    private volatile Exception? uploadFault;

    /// <summary>The client's request and answer.</summary>
    public HttpContext Context => context;

    public override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var mustBeAlive = request.Content is not null || !IsIdempotent(request.Method);
        while (true)
        {
            var connection = pool.Take(mustBeAlive) ?? await pool.DialAsync(cancellationToken).ConfigureAwait(false);
            if (connection is null)
            {
                if (request.Headers.NonValidated.Contains("Upgrade") || RequestHeaders.AskForUpgrade(context))
                {
                    // Upgrades are asked for by HTTP/1.1, which the next connection speaks.
                    continue;
                }

                return await forwarder.SendNegotiatedAsync(context, request, cancellationToken).ConfigureAwait(false);
            }

            try
            {
                var response = await SendAsync(connection, request, cancellationToken).ConfigureAwait(false);
                if (response.StatusCode == HttpStatusCode.SwitchingProtocols && request.Method.Method != "CONNECT" && !RequestHeaders.AskForUpgrade(context))
                {
                    throw new InvalidOperationException("the server switched protocols without being asked to");
                }

                if (response.BindsConnection && state.Pinned is { } pinned)
                {
                    // From here on this connection is the client's own.
                    pool = pinned.Pin(shared);
                }

                response.Body = BodyOf(connection, response, request);
                response.Content = new Http1Content(response.Body);
                return response;
            }
            catch (Exception fault)
            {
                // The server may close a kept connection just when the next request is on its way; nothing of an answer then means that it was not served.
                var retries = connection is { IsReused: true, HasRead: false } && !mustBeAlive && fault is IOException
                    && !cancellationToken.IsCancellationRequested;
                connection.Dispose();
                if (!retries)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Counts bytes of the answer's body.</summary>
    public void CountBytes(int count) => state.OriginBytes += count;

    /// <summary>Takes back a connection whose answer is complete.</summary>
    public void Release(Http1Connection connection, bool keepsConnection)
    {
        if (keepsConnection && connection.BufferedBytes == 0 && (!hasUpload || isUploaded))
        {
            pool.Return(connection);
        }
        else
        {
            connection.Dispose();
        }
    }

    private async ValueTask<Http1Response> SendAsync(Http1Connection connection, HttpRequestMessage request, CancellationToken cancellation)
    {
        var head = HeadWriter.Begin();
        try
        {
            forwarder.WriteHead(ref head, context, request, state);
            if (request.Content is { } content)
            {
                return await SendWithBodyAsync(connection, head.Written, content, cancellation).ConfigureAwait(false);
            }

            await connection.Stream.WriteAsync(head.Written, cancellation).ConfigureAwait(false);
        }
        finally
        {
            head.Release();
        }

        if (headTimeout == Timeout.InfiniteTimeSpan)
        {
            return await ReadAnswerAsync(connection, null, cancellation).ConfigureAwait(false);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(headTimeout);
        return await ReadInTimeAsync(connection, null, limit, cancellation).ConfigureAwait(false);
    }

    private async ValueTask<Http1Response> SendWithBodyAsync(Http1Connection connection, ReadOnlyMemory<byte> head, HttpContent content, CancellationToken cancellation)
    {
        hasUpload = true;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var stream = new Http1Upload(connection, head.ToArray(), context.Request.Headers.ContentLength);
        var waits = HopByHop.HasToken(context.Request.Headers.Expect, "100-continue");
        var go = waits ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
        var answer = ReadInTimeAsync(connection, go, limit, cancellation).AsTask();
        var upload = UploadAsync(connection, stream, content, go is null ? null : Task.WhenAny(go.Task, answer), answer, cancellation);
        if (headTimeout != Timeout.InfiniteTimeSpan)
        {
            // The time for the head starts once the request is sent.
            await Task.WhenAny(upload, answer).ConfigureAwait(false);
            limit.CancelAfter(headTimeout);
        }

        try
        {
            var response = await answer.ConfigureAwait(false);
            if (stream.IsEnding && !upload.IsCompleted)
            {
                // The last bytes are gone, and only the news of it is not here yet.
                await Task.WhenAny(upload, Task.Delay(EndTimeout, cancellation)).ConfigureAwait(false);
            }

            return response;
        }
        catch (Exception) when (uploadFault is not null)
        {
            throw new IOException("the body could not be sent: " + uploadFault.Message, uploadFault);
        }
    }

    private async Task UploadAsync(
        Http1Connection connection, Http1Upload stream, HttpContent content, Task? permission, Task<Http1Response> answer, CancellationToken cancellation)
    {
        try
        {
            if (permission is not null)
            {
                await stream.SendHeadAsync(cancellation).ConfigureAwait(false);
                await Task.WhenAny(permission, Task.Delay(ContinueTimeout, cancellation)).ConfigureAwait(false);
                if (answer.IsCompleted)
                {
                    // The server has answered without wanting the body.
                    return;
                }
            }

            await content.CopyToAsync(stream, null, cancellation).ConfigureAwait(false);
            await stream.FinishAsync(context, cancellation).ConfigureAwait(false);
            isUploaded = true;
        }
        catch (Exception fault)
        {
            // A server that answers early and closes breaks the upload; its answer still counts. Where the client broke it there is nothing to wait for.
            if (stream.Fault is null)
            {
                uploadFault = fault;
                connection.Dispose();
            }
        }
    }

    private async ValueTask<Http1Response> ReadInTimeAsync(Http1Connection connection, TaskCompletionSource? go, CancellationTokenSource limit, CancellationToken outer)
    {
        try
        {
            return await ReadAnswerAsync(connection, go, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!outer.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {headTimeout.TotalSeconds:0.###} s (responseHeaderTimeout)");
        }
    }

    private async ValueTask<Http1Response> ReadAnswerAsync(Http1Connection connection, TaskCompletionSource? go, CancellationToken cancellation)
    {
        while (true)
        {
            var response = await HeadReader.ReadAsync(connection, cancellation).ConfigureAwait(false);
            if (!response.IsInterim)
            {
                return response;
            }

            if (response.StatusCode == HttpStatusCode.Continue)
            {
                go?.TrySetResult();
            }
            else
            {
                await InterimResponse.RelayAsync(context, response, cancellation).ConfigureAwait(false);
            }

            response.Dispose();
        }
    }

    private Stream BodyOf(Http1Connection connection, Http1Response response, HttpRequestMessage request)
    {
        if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
        {
            return new Http1Tunnel(connection);
        }

        var hasBody = request.Method != HttpMethod.Head && response.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.NotModified);
        return new Http1Body(this, connection, response, hasBody);
    }

    /// <summary>Whether a request of this method may be sent again where its fate is not known (RFC 9110, 9.2.2).</summary>
    public static bool IsIdempotent(HttpMethod method)
        => method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options || method == HttpMethod.Trace || method == HttpMethod.Put || method == HttpMethod.Delete;
}
