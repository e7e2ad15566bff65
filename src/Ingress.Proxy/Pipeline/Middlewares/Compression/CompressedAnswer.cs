using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using ZstdSharp;

namespace Ingress.Proxy.Pipeline.Middlewares.Compression;

/// <summary>
/// An answer that is compressed where that is worth it. The body is held back until that is known: by its length, by having reached the minimum, or because it
/// comes bit by bit, and then each bit goes out at once.
/// </summary>
internal sealed class CompressedAnswer() : ResponseInterceptor(null!, sharesHead: true), IDisposable
{
    /// <summary>The name of gzip.</summary>
    public const string Gzip = "gzip";

    /// <summary>The name of Brotli.</summary>
    public const string Brotli = "br";

    /// <summary>The name of Zstandard.</summary>
    public const string Zstandard = "zstd";

    private Compress settings = null!;
    private string encoding = "";
    private byte[] held = [];
    private int heldCount;
    private Stream? compressor;
    private CompressorSink? sink;
    private bool isPlain;
    private bool flushesEach;

    /// <inheritdoc/>
    protected override bool CopiesHead => false;

    /// <summary>Makes it ready for a request.</summary>
    public void Prepare(HttpContext context, Compress compress, string name)
    {
        Reset(context);
        settings = compress;
        encoding = name;
        heldCount = 0;
        isPlain = flushesEach = false;
    }

    /// <summary>Gives back what a request used, whether it went well or not; it may be prepared for another one.</summary>
    public void Dispose()
    {
        if (sink is not null)
        {
            // A compressor that was not finished must not write its end.
            sink.IsOpen = false;
            compressor?.Dispose();
            sink.Dispose();
            compressor = null;
            sink = null;
        }

        if (held.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(held);
            held = [];
        }

        Reset(null);
    }

    /// <inheritdoc/>
    protected override bool Accept()
    {
        isPlain = StatusCode is < 200 or StatusCodes.Status204NoContent or StatusCodes.Status304NotModified || !MayCompress();
        flushesEach = Headers.ContentLength is null || Headers.ContentType.ToString().StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);
        return true;
    }

    /// <inheritdoc/>
    protected override ValueTask WriteBodyAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        if (isPlain)
        {
            return OuterBody.WriteAsync(data, cancellation);
        }

        if (compressor is not null)
        {
            return CompressAsync(data, cancellation);
        }

        return data.IsEmpty ? ValueTask.CompletedTask : DecideAsync(data, cancellation);
    }

    /// <inheritdoc/>
    protected override async Task FlushBodyAsync(CancellationToken cancellation)
    {
        if (!isPlain && compressor is null)
        {
            // Whoever flushes streams, and a stream may grow.
            await StartAsync(default, cancellation).ConfigureAwait(false);
        }

        await (compressor is null ? OuterBody : compressor).FlushAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async ValueTask FinishBodyAsync()
    {
        if (compressor is not null)
        {
            await compressor.DisposeAsync().ConfigureAwait(false);
            compressor = null;
        }
        else if (heldCount > 0)
        {
            Headers.ContentLength ??= heldCount;
            await WriteHeldAsync(OuterBody, Context.RequestAborted).ConfigureAwait(false);
        }
    }

    private bool MayCompress()
    {
        if (Headers.ContentEncoding.ToString().Length > 0 || Headers.ContentLength < settings.Minimum)
        {
            return false;
        }

        if (encoding == Gzip && Headers.ContentRange.Count > 0)
        {
            return false;
        }

        var type = Headers.ContentType.ToString();
        return type.Length == 0 || IsWanted(type);
    }

    private bool IsWanted(string type)
    {
        if (!MediaType.IsValid(type))
        {
            return encoding == Gzip && settings.Included.Length == 0;
        }

        return settings.Included.Length > 0 ? MediaType.IsAmong(type, settings.Included) : !MediaType.IsAmong(type, settings.Excluded);
    }

    // Traefik's gzip guesses the type of an answer that says none; its other encodings take such an answer as it is.
    private bool LooksUnwanted(ReadOnlySpan<byte> data)
    {
        if (encoding != Gzip || Headers.ContentType.ToString().Length > 0 || heldCount + data.Length == 0)
        {
            return false;
        }

        Span<byte> start = stackalloc byte[MediaTypeSniffer.Length];
        var ofHeld = Math.Min(heldCount, start.Length);
        held.AsSpan(0, ofHeld).CopyTo(start);
        var ofData = Math.Min(data.Length, start.Length - ofHeld);
        data[..ofData].CopyTo(start[ofHeld..]);
        return !IsWanted(MediaTypeSniffer.Find(start[..(ofHeld + ofData)]));
    }

    private ValueTask DecideAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        // A known length has passed the minimum already, or the answer would be plain.
        if (flushesEach && Headers.ContentLength is null && !IsStreamed && heldCount + data.Length < settings.Minimum)
        {
            Hold(data.Span);
            return ValueTask.CompletedTask;
        }

        return StartAsync(data, cancellation);
    }

    // An answer of this process, unlike one of a server, comes without a length and yet all at once.
    private bool IsStreamed => RequestState.Of(Context).Outcome == ForwardOutcome.Answered;

    private void Hold(ReadOnlySpan<byte> data)
    {
        if (held.Length == 0)
        {
            held = ArrayPool<byte>.Shared.Rent(settings.Minimum);
        }

        data.CopyTo(held.AsSpan(heldCount));
        heldCount += data.Length;
    }

    private async ValueTask WriteHeldAsync(Stream target, CancellationToken cancellation)
    {
        await target.WriteAsync(held.AsMemory(0, heldCount), cancellation).ConfigureAwait(false);
        heldCount = 0;
    }

    private async ValueTask StartAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        if (LooksUnwanted(data.Span))
        {
            isPlain = true;
            await WriteHeldAsync(OuterBody, cancellation).ConfigureAwait(false);
            await OuterBody.WriteAsync(data, cancellation).ConfigureAwait(false);
            return;
        }

        Headers.ContentLength = null;
        Headers.ContentEncoding = encoding;
        if (encoding == Gzip)
        {
            Headers.Remove("Accept-Ranges");
        }

        sink = new CompressorSink(OuterBody);
        compressor = encoding switch
        {
            Gzip => new GZipStream(sink, new ZLibCompressionOptions { CompressionLevel = 5 }, leaveOpen: true),
            Brotli => new BrotliStream(sink, new BrotliCompressionOptions { Quality = 4 }, leaveOpen: true),
            _ => new CompressionStream(sink, leaveOpen: true),
        };
        if (heldCount > 0)
        {
            await WriteHeldAsync(compressor, cancellation).ConfigureAwait(false);
        }

        await CompressAsync(data, cancellation).ConfigureAwait(false);
    }

    private async ValueTask CompressAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        await compressor!.WriteAsync(data, cancellation).ConfigureAwait(false);
        if (flushesEach)
        {
            await compressor.FlushAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Where a compressor writes to: the body, until it is closed.</summary>
    private sealed class CompressorSink(Stream body) : Stream
    {
        public bool IsOpen { get; set; } = true;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
            // Only a compressor that is abandoned flushes synchronously.
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => IsOpen ? body.FlushAsync(cancellationToken) : Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (IsOpen)
            {
                throw new NotSupportedException("Bodies are written asynchronously.");
            }
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
            => IsOpen ? body.WriteAsync(buffer, cancellationToken) : ValueTask.CompletedTask;
    }
}
