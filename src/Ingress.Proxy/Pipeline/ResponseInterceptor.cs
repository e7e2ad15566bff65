using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ingress.Proxy.Pipeline;

/// <summary>
/// Stands between an inner handler and the response, as a wrapped <c>http.ResponseWriter</c> does in Go: the inner handler gets status, headers and body of its
/// own, and when it starts its answer, <see cref="Accept"/> decides whether that answer goes out or is dropped.
/// </summary>
/// <remarks>Use: construct, <see cref="Attach"/>, run the inner handler, <see cref="FinishAsync"/>, and <see cref="Detach"/> in a finally.</remarks>
internal abstract class ResponseInterceptor(HttpContext context)
    : IHttpResponseFeature, IHttpResponseBodyFeature, IHttpUpgradeFeature, IHttpResponseTrailersFeature
{
    private readonly List<(Func<object, Task> Callback, object State)> onStarting = [];
    private IHttpResponseFeature outerResponse = null!;
    private IHttpResponseBodyFeature outerBody = null!;
    private IHttpUpgradeFeature? outerUpgrade;
    private IHttpResponseTrailersFeature? outerTrailers;
    private InterceptedBody? body;
    private PipeWriter? writer;
    private HeaderDictionary? droppedTrailers;
    private bool starting;

    /// <summary>The request's context.</summary>
    protected HttpContext Context { get; } = context;

    /// <summary>The response behind this one.</summary>
    protected IHttpResponseFeature Outer => outerResponse;

    /// <summary>The body behind this one.</summary>
    protected Stream OuterBody => outerBody.Stream;

    /// <summary>The inner handler's status.</summary>
    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    /// <summary>The inner handler's reason phrase.</summary>
    public string? ReasonPhrase { get; set; }

    /// <summary>The inner handler's headers, empty at first; they are added to the outer ones when the answer is accepted.</summary>
    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    /// <summary>Whether the inner handler has started its answer.</summary>
    public bool HasStarted { get; private set; }

    /// <summary>Whether the answer was dropped.</summary>
    public bool IsDropped { get; private set; }

    /// <summary>Called once, when status and headers of the inner answer are final. True lets the answer out; false drops it.</summary>
    protected abstract bool Accept();

    /// <summary>Takes a piece of an accepted body. Default: passes it on.</summary>
    protected virtual ValueTask WriteBodyAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation) => outerBody.Stream.WriteAsync(data, cancellation);

    /// <summary>Takes a flush of an accepted body. Default: passes it on.</summary>
    protected virtual Task FlushBodyAsync(CancellationToken cancellation) => outerBody.Stream.FlushAsync(cancellation);

    /// <summary>Called after an accepted answer is complete. Default: nothing.</summary>
    protected virtual ValueTask FinishBodyAsync() => ValueTask.CompletedTask;

    /// <summary>Whether headers of an accepted answer go out at once when it starts; an interceptor that holds the body back copies them itself with <see cref="CopyHead"/>. Default: true.</summary>
    protected virtual bool CopiesHead => true;

    /// <summary>Puts this in the place of the response.</summary>
    public void Attach()
    {
        var features = Context.Features;
        outerResponse = features.GetRequiredFeature<IHttpResponseFeature>();
        outerBody = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        outerUpgrade = features.Get<IHttpUpgradeFeature>();
        outerTrailers = features.Get<IHttpResponseTrailersFeature>();
        features.Set<IHttpResponseFeature>(this);
        features.Set<IHttpResponseBodyFeature>(this);
        if (outerUpgrade is not null)
        {
            features.Set<IHttpUpgradeFeature>(this);
        }

        if (outerTrailers is not null)
        {
            features.Set<IHttpResponseTrailersFeature>(this);
        }
    }

    /// <summary>Puts the response back.</summary>
    public void Detach()
    {
        var features = Context.Features;
        features.Set(outerResponse);
        features.Set(outerBody);
        if (outerUpgrade is not null)
        {
            features.Set(outerUpgrade);
        }

        if (outerTrailers is not null)
        {
            features.Set(outerTrailers);
        }
    }

    /// <summary>Completes the inner answer: starts it where nothing was written, and finishes an accepted body.</summary>
    public async ValueTask FinishAsync()
    {
        if (writer is not null)
        {
            await writer.FlushAsync(Context.RequestAborted).ConfigureAwait(false);
        }

        await StartInnerAsync().ConfigureAwait(false);
        if (!IsDropped)
        {
            await FinishBodyAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Copies status and headers to the outer response; values of a header already there are kept and the new ones added.</summary>
    protected void CopyHead()
    {
        outerResponse.StatusCode = StatusCode;
        outerResponse.ReasonPhrase = ReasonPhrase;
        foreach (var (name, values) in Headers)
        {
            outerResponse.Headers[name] = outerResponse.Headers.TryGetValue(name, out var present) && present.Count > 0
                ? Microsoft.Extensions.Primitives.StringValues.Concat(present, values)
                : values;
        }
    }

    /// <inheritdoc/>
    public void OnStarting(Func<object, Task> callback, object state) => onStarting.Add((callback, state));

    /// <inheritdoc/>
    public void OnCompleted(Func<object, Task> callback, object state) => outerResponse.OnCompleted(callback, state);

    /// <inheritdoc/>
    public void DisableBuffering() => outerBody.DisableBuffering();

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await StartInnerAsync().ConfigureAwait(false);
        if (!IsDropped && CopiesHead)
        {
            await outerBody.StartAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
        => SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    /// <inheritdoc/>
    public Task CompleteAsync() => StartInnerAsync().AsTask();

    /// <inheritdoc/>
    public Stream Stream => body ??= new InterceptedBody(this);

    Stream IHttpResponseFeature.Body
    {
        get => Stream;
        set => throw new NotSupportedException("The body is replaced through IHttpResponseBodyFeature.");
    }

    /// <inheritdoc/>
    public PipeWriter Writer => writer ??= PipeWriter.Create(Stream, new StreamPipeWriterOptions(leaveOpen: true));

    /// <inheritdoc/>
    public bool IsUpgradableRequest => outerUpgrade?.IsUpgradableRequest ?? false;

    /// <inheritdoc/>
    public IHeaderDictionary Trailers
    {
        get => IsDropped || outerTrailers is null ? droppedTrailers ??= [] : outerTrailers.Trailers;
        set
        {
            if (outerTrailers is not null && !IsDropped)
            {
                outerTrailers.Trailers = value;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<Stream> UpgradeAsync()
    {
        StatusCode = StatusCodes.Status101SwitchingProtocols;
        await StartInnerAsync().ConfigureAwait(false);
        if (IsDropped || outerUpgrade is null)
        {
            throw new InvalidOperationException("The upgrade was refused by a middleware.");
        }

        if (!CopiesHead)
        {
            CopyHead();
        }

        return await outerUpgrade.UpgradeAsync().ConfigureAwait(false);
    }

    internal async ValueTask WriteInnerAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        if (!HasStarted)
        {
            await StartInnerAsync().ConfigureAwait(false);
        }

        if (!IsDropped)
        {
            await WriteBodyAsync(data, cancellation).ConfigureAwait(false);
        }
    }

    internal async Task FlushInnerAsync(CancellationToken cancellation)
    {
        if (!HasStarted)
        {
            await StartInnerAsync().ConfigureAwait(false);
        }

        if (!IsDropped)
        {
            await FlushBodyAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async ValueTask StartInnerAsync()
    {
        if (HasStarted || starting)
        {
            return;
        }

        starting = true;

        // The last one registered is the innermost, and must see the headers first.
        for (var i = onStarting.Count - 1; i >= 0; i--)
        {
            await onStarting[i].Callback(onStarting[i].State).ConfigureAwait(false);
        }

        HasStarted = true;
        IsDropped = !Accept();
        if (!IsDropped && CopiesHead)
        {
            CopyHead();
        }
    }

    private sealed class InterceptedBody(ResponseInterceptor owner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => throw new NotSupportedException("Bodies are written asynchronously.");

        public override Task FlushAsync(CancellationToken cancellationToken) => owner.FlushInnerAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are written asynchronously.");

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => owner.WriteInnerAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
            => owner.WriteInnerAsync(buffer, cancellationToken);
    }
}
