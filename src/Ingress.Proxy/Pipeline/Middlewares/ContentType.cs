using Ingress.Proxy.Configuration.Decoding;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Gives answers that have no Content-Type the one that their first bytes look like (<c>contentType</c>).</summary>
[AllowEmpty]
public sealed record ContentTypeOptions
{
    /// <summary>Deprecated; false makes the middleware do nothing. Default: not set, the type is found.</summary>
    [AlwaysShown]
    public bool? AutoDetect { get; init; }
}

internal sealed class ContentType(RequestDelegate next)
{
    public static RequestDelegate Build(MiddlewareBuild build)
        => build.OptionsAs<ContentTypeOptions>().AutoDetect == false ? build.Next : new ContentType(build.Next).InvokeAsync;

    private async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Method == HttpMethods.Head)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var sniffing = new SniffingResponse(context);
        sniffing.Attach();
        try
        {
            await next(context).ConfigureAwait(false);
            await sniffing.FinishAsync().ConfigureAwait(false);
        }
        finally
        {
            sniffing.Detach();
        }
    }

    // Holds the head back until the first bytes of the body are there, where the type is missing.
    private sealed class SniffingResponse(HttpContext context) : ResponseInterceptor(context)
    {
        private bool holdsHead;

        protected override bool CopiesHead => !holdsHead;

        protected override bool Accept()
        {
            holdsHead = StatusCode is >= 200 and not (204 or 304) && Headers.ContentType.Count == 0 && Headers.ContentEncoding.Count == 0;
            return true;
        }

        protected override ValueTask WriteBodyAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
        {
            if (data.IsEmpty)
            {
                return ValueTask.CompletedTask;
            }

            Release(data.Span);
            return base.WriteBodyAsync(data, cancellation);
        }

        protected override Task FlushBodyAsync(CancellationToken cancellation)
        {
            Release([]);
            return base.FlushBodyAsync(cancellation);
        }

        protected override ValueTask FinishBodyAsync()
        {
            Release([]);
            return ValueTask.CompletedTask;
        }

        private void Release(ReadOnlySpan<byte> start)
        {
            if (!holdsHead)
            {
                return;
            }

            holdsHead = false;
            if (!start.IsEmpty)
            {
                Headers.ContentType = MediaTypeSniffer.Find(start);
            }

            CopyHead();
        }
    }
}
