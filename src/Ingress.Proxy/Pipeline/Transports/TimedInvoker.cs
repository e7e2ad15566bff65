using System.Net;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>Ends requests whose answer does not begin in time (<c>responseHeaderTimeout</c>); the time starts once the request is written.</summary>
internal sealed class TimedInvoker(HttpMessageHandler handler, TimeSpan timeout) : HttpMessageInvoker(handler, disposeHandler: false)
{
    public override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (request.Content is { } content)
        {
            request.Content = new WatchedContent(content, limit, timeout);
        }
        else
        {
            limit.CancelAfter(timeout);
        }

        try
        {
            var response = await base.SendAsync(request, limit.Token).ConfigureAwait(false);
            limit.CancelAfter(Timeout.InfiniteTimeSpan);
            return response;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {timeout.TotalSeconds:0.###} s (responseHeaderTimeout)");
        }
    }

    private sealed class WatchedContent : HttpContent
    {
        private readonly HttpContent inner;
        private readonly CancellationTokenSource limit;
        private readonly TimeSpan timeout;

        public WatchedContent(HttpContent inner, CancellationTokenSource limit, TimeSpan timeout)
        {
            this.inner = inner;
            this.limit = limit;
            this.timeout = timeout;
            foreach (var (name, values) in inner.Headers.NonValidated)
            {
                Headers.TryAddWithoutValidation(name, values);
            }
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await inner.CopyToAsync(stream, context, cancellationToken).ConfigureAwait(false);
            try
            {
                limit.CancelAfter(timeout);
            }
            catch (ObjectDisposedException)
            {
                // The answer came before the body was sent.
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = inner.Headers.ContentLength ?? -1;
            return length >= 0;
        }
    }
}
