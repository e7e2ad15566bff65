using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ingress.Proxy.Pipeline.Middlewares.Buffering;

/// <summary>
/// An answer that is kept whole until it is sent or forgotten. Nothing of it has left, so whoever ends the connection because the server's answer stopped in
/// the middle ends this answer only.
/// </summary>
internal sealed class BufferedAnswer(HttpContext context, long limit, long memory) : ResponseInterceptor(context), IHttpRequestLifetimeFeature, IAsyncDisposable
{
    private readonly SpilledBody body = new(memory);
    private IHttpRequestLifetimeFeature lifetime = null!;
    private IHttpResetFeature? reset;

    /// <summary>Whether its body went beyond the limit and is lost.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>Whether its end is missing.</summary>
    public bool IsCut { get; private set; }

    /// <inheritdoc/>
    public CancellationToken RequestAborted
    {
        get => lifetime.RequestAborted;
        set => lifetime.RequestAborted = value;
    }

    /// <inheritdoc/>
    protected override bool CopiesHead => false;

    /// <summary>Puts this in the place of the response and of the connection's end.</summary>
    public void Hold()
    {
        Attach();
        lifetime = Context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        reset = Context.Features.Get<IHttpResetFeature>();
        Context.Features.Set<IHttpRequestLifetimeFeature>(this);
        Context.Features.Set<IHttpResetFeature>(null);
    }

    /// <summary>Puts both back.</summary>
    public void Release()
    {
        Detach();
        Context.Features.Set(lifetime);
        Context.Features.Set(reset);
    }

    /// <inheritdoc/>
    public void Abort() => IsCut = true;

    /// <summary>Sends it, with the exact length of its body; one that was too large or cut becomes a 500.</summary>
    public async Task SendAsync()
    {
        if (IsCut)
        {
            await PlainAnswers.ErrorAsync(Context, StatusCodes.Status500InternalServerError, "Internal Server Error").ConfigureAwait(false);
            return;
        }

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
