using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares.Buffering;

/// <summary>An answer that is kept whole until it is sent or forgotten.</summary>
internal sealed class BufferedAnswer(HttpContext context, long limit, long memory) : ResponseInterceptor(context), IAsyncDisposable
{
    private readonly SpilledBody body = new(memory);

    /// <summary>Whether its body went beyond the limit and is lost.</summary>
    public bool IsTooLarge { get; private set; }

    /// <inheritdoc/>
    protected override bool CopiesHead => false;

    /// <summary>Sends it, with the exact length of its body; one that was too large becomes a 500.</summary>
    public async Task SendAsync()
    {
        if (IsTooLarge)
        {
            await PlainAnswers.StatusAsync(Context, StatusCodes.Status500InternalServerError).ConfigureAwait(false);
            return;
        }

        if (Context.Response.HasStarted)
        {
            return;
        }

        // Nothing was written: an answer to HEAD keeps the length that it announces, and 204 and 304 have none.
        if (body.Length > 0)
        {
            Headers.ContentLength = body.Length;
            Headers.Remove("Transfer-Encoding");
        }

        CopyHead();
        await body.CopyToAsync(Context.Response.Body, Context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Forgets the body.</summary>
    public ValueTask DisposeAsync() => body.DisposeAsync();

    /// <inheritdoc/>
    protected override bool Accept()
    {
        IsTooLarge = limit > 0 && Headers.ContentLength > limit && Context.Request.Method != HttpMethods.Head;
        return !IsTooLarge;
    }

    /// <inheritdoc/>
    protected override ValueTask WriteBodyAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        IsTooLarge |= limit > 0 && body.Length + data.Length > limit;
        return IsTooLarge ? ValueTask.CompletedTask : body.AppendAsync(data, cancellation);
    }

    /// <inheritdoc/>
    protected override Task FlushBodyAsync(CancellationToken cancellation) => Task.CompletedTask;
}
