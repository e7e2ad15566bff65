using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline;

/// <summary>
/// Stands between an inner handler and the response, as a wrapped <c>http.ResponseWriter</c> does in Go: the inner handler gets status, headers and body of its
/// own, and when it starts its answer, <see cref="Accept"/> decides whether that answer goes out or is dropped.
/// </summary>
/// <remarks>Use: construct, <see cref="Attach"/>, run the inner handler, <see cref="FinishAsync"/>, and <see cref="Detach"/> in a finally.</remarks>
internal abstract class ResponseInterceptor
    : IHttpResponseFeature, IHttpResponseBodyFeature, IHttpUpgradeFeature, IHttpExtendedConnectFeature, IHttpResponseTrailersFeature
{
    private readonly bool alwaysSharesHead;
    private List<(Func<object, Task> Callback, object State)>? onStarting;
    private IHttpResponseFeature outerResponse = null!;
    private IHttpResponseBodyFeature outerBody = null!;
    private IHttpUpgradeFeature? outerUpgrade;
    private IHttpExtendedConnectFeature? outerConnect;
    private IHttpResponseTrailersFeature? outerTrailers;
    private InterceptedBody? body;
    private PipeWriter? writer;
    private IHeaderDictionary? headers;
    private IHeaderDictionary? ownTrailers;
    private string? reason;
    private int status = StatusCodes.Status200OK;
    private bool sharesHead;
    private bool starting;

    /// <summary>For this request. One that never drops an answer may share the head: status and headers of the response behind it, at no cost.</summary>
    protected ResponseInterceptor(HttpContext context, bool sharesHead = false)
    {
        Context = context;
        alwaysSharesHead = this.sharesHead = sharesHead;
    }

    /// <summary>The request's context.</summary>
    protected HttpContext Context { get; private set; }

    /// <summary>The response behind this one.</summary>
    protected IHttpResponseFeature Outer => outerResponse;

    /// <summary>The body behind this one.</summary>
    protected Stream OuterBody => outerBody.Stream;

    /// <summary>The inner handler's status.</summary>
    public int StatusCode
    {
        get => sharesHead ? outerResponse.StatusCode : status;
        set
        {
            if (sharesHead)
            {
                outerResponse.StatusCode = value;
            }

            status = value;
        }
    }

    /// <summary>The inner handler's reason phrase.</summary>
    public string? ReasonPhrase
    {
        get => sharesHead ? outerResponse.ReasonPhrase : reason;
        set
        {
            if (sharesHead)
            {
                outerResponse.ReasonPhrase = value;
            }

            reason = value;
        }
    }

    /// <summary>The inner handler's headers; unless shared, empty at first and added to the outer ones when the answer is accepted. From then on they are the outer ones.</summary>
    public IHeaderDictionary Headers
    {
        get => sharesHead ? outerResponse.Headers : headers ??= new HeaderDictionary();
        set => headers = value;
    }

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

    /// <summary>Whether a header of the inner answer replaces the outer one of its name; else its values are added to it. Default: false.</summary>
    protected virtual bool ReplacesHeaders => false;

    /// <summary>Whether trailers of the inner answer are kept in <see cref="Trailers"/> instead of going out as trailers. Default: false.</summary>
    protected virtual bool KeepsTrailers => false;

    private bool PassesTrailers => !KeepsTrailers && !IsDropped && outerTrailers is not null;

    /// <summary>Puts this in the place of the response.</summary>
    public void Attach()
    {
        var features = Context.Features;
        outerResponse = features.GetRequiredFeature<IHttpResponseFeature>();
        outerBody = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        outerUpgrade = features.Get<IHttpUpgradeFeature>();
        outerConnect = features.Get<IHttpExtendedConnectFeature>();
        outerTrailers = features.Get<IHttpResponseTrailersFeature>();
        features.Set<IHttpResponseFeature>(this);
        features.Set<IHttpResponseBodyFeature>(this);
        if (outerUpgrade is not null)
        {
            features.Set<IHttpUpgradeFeature>(this);
        }

        if (outerConnect is not null)
        {
            features.Set<IHttpExtendedConnectFeature>(this);
        }

        if (outerTrailers is not null || KeepsTrailers)
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

        if (outerConnect is not null)
        {
            features.Set(outerConnect);
        }

        if (outerTrailers is not null || KeepsTrailers)
        {
            features.Set(outerTrailers);
        }
    }

    /// <summary>Makes an interceptor that has been detached ready for another request, or for none.</summary>
    protected void Reset(HttpContext? context)
    {
        Context = context!;
        onStarting?.Clear();
        outerResponse = null!;
        outerBody = null!;
        outerUpgrade = null;
        outerConnect = null;
        outerTrailers = null;
        writer = null;
        headers = ownTrailers = null;
        reason = null;
        status = StatusCodes.Status200OK;
        sharesHead = alwaysSharesHead;
        HasStarted = IsDropped = starting = false;
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

    /// <summary>Copies status and headers to the outer response; what <see cref="ReplacesHeaders"/> says becomes of headers already there.</summary>
    protected void CopyHead()
    {
        if (sharesHead)
        {
            return;
        }

        sharesHead = true;
        outerResponse.StatusCode = status;
        outerResponse.ReasonPhrase = reason;
        if (headers is null)
        {
            return;
        }

        foreach (var (name, values) in headers)
        {
            outerResponse.Headers[name] = !ReplacesHeaders && outerResponse.Headers.TryGetValue(name, out var present) && present.Count > 0
                ? StringValues.Concat(present, values)
                : values;
        }
    }

    /// <inheritdoc/>
    public void OnStarting(Func<object, Task> callback, object state) => (onStarting ??= []).Add((callback, state));

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
    public IHeaderDictionary Trailers
    {
        get => PassesTrailers ? outerTrailers!.Trailers : ownTrailers ??= new HeaderDictionary();
        set
        {
            if (PassesTrailers)
            {
                outerTrailers!.Trailers = value;
            }

            ownTrailers = value;
        }
    }

    /// <inheritdoc/>
    public bool IsUpgradableRequest => outerUpgrade?.IsUpgradableRequest ?? false;

    /// <inheritdoc/>
    public async Task<Stream> UpgradeAsync()
    {
        StatusCode = StatusCodes.Status101SwitchingProtocols;
        await StartUpgradeAsync().ConfigureAwait(false);
        return await outerUpgrade!.UpgradeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public bool IsExtendedConnect => outerConnect?.IsExtendedConnect ?? false;

    /// <inheritdoc/>
    public string? Protocol => outerConnect?.Protocol;

    /// <inheritdoc/>
    public async ValueTask<Stream> AcceptAsync()
    {
        await StartUpgradeAsync().ConfigureAwait(false);
        return await outerConnect!.AcceptAsync().ConfigureAwait(false);
    }

    private async ValueTask StartUpgradeAsync()
    {
        await StartInnerAsync().ConfigureAwait(false);
        if (IsDropped)
        {
            throw new InvalidOperationException("The upgrade was refused by a middleware.");
        }

        if (!CopiesHead)
        {
            CopyHead();
        }
    }

    private ValueTask WriteInnerAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        if (!HasStarted)
        {
            return StartAndWriteAsync(data, cancellation);
        }

        return IsDropped ? ValueTask.CompletedTask : WriteBodyAsync(data, cancellation);
    }

    private async ValueTask StartAndWriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        await StartInnerAsync().ConfigureAwait(false);
        if (!IsDropped)
        {
            await WriteBodyAsync(data, cancellation).ConfigureAwait(false);
        }
    }

    private async Task FlushInnerAsync(CancellationToken cancellation)
    {
        await StartInnerAsync().ConfigureAwait(false);
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
        for (var i = (onStarting?.Count ?? 0) - 1; i >= 0; i--)
        {
            await onStarting![i].Callback(onStarting[i].State).ConfigureAwait(false);
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
