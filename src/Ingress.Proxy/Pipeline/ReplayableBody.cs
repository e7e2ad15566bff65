using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ingress.Proxy.Pipeline;

/// <summary>
/// A request's body that is kept in pooled memory while it is read, up to a limit, so that a further try can read it from the start. Beyond the limit it still
/// passes through once, and <see cref="Exceeded"/> tells that it cannot be read again.
/// </summary>
/// <remarks>
/// Tries read one after the other, each from a stream of its own. Once <see cref="FillAsync"/> has read all, many may read at once; whoever reads beyond the
/// request's end takes a share with <see cref="Retain"/>. Every share ends with <see cref="Dispose"/>.
/// </remarks>
internal sealed class ReplayableBody(Stream source, long limit) : IDisposable
{
    private const int SegmentBytes = 16 * 1024;

    private readonly List<byte[]> segments = [];
    private long kept;
    private int shares = 1;
    private bool lost;

    /// <summary>Whether the body was longer than the limit.</summary>
    public bool Exceeded { get; private set; }

    /// <summary>Whether the body's end has been read.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Bytes kept so far: the body's length once it is complete and not exceeded.</summary>
    public long Length => kept;

    /// <summary>Whether it can be read from the start: nothing beyond the limit has passed through yet.</summary>
    public bool CanOpen => !lost;

    /// <summary>The body of the request, kept up to <paramref name="limit"/> bytes; a negative limit keeps everything.</summary>
    public static ReplayableBody Of(HttpRequest request, long limit)
        => new(MayHaveBody(request) ? request.Body : Stream.Null, limit < 0 ? long.MaxValue : limit);

    /// <summary>Whether the request came with a body.</summary>
    public static bool MayHaveBody(HttpRequest request)
        => request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? request.ContentLength is null or > 0;

    /// <summary>The body from its start.</summary>
    public Stream OpenRead()
    {
        if (!CanOpen)
        {
            throw new InvalidOperationException("The body was too long to be kept for another try.");
        }

        return new Reader(this);
    }

    /// <summary>Reads the body ahead, to its end or beyond the limit. True where all of it is kept.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        while (!IsComplete && !Exceeded)
        {
            var room = Room();
            var count = await source.ReadAsync(room, cancellation).ConfigureAwait(false);
            kept += count;
            IsComplete = count == 0;
            Exceeded = kept > limit;
        }

        return !Exceeded;
    }

    /// <summary>Adds a share: the memory stays until this one too is disposed.</summary>
    public ReplayableBody Retain()
    {
        Interlocked.Increment(ref shares);
        return this;
    }

    /// <summary>Ends a share, and with the last one gives the memory back.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref shares) != 0)
        {
            return;
        }

        foreach (var segment in segments)
        {
            ArrayPool<byte>.Shared.Return(segment);
        }

        segments.Clear();
    }

    private Memory<byte> Room()
    {
        var used = (int)(kept % SegmentBytes);
        if (used == 0 && kept / SegmentBytes == segments.Count)
        {
            segments.Add(ArrayPool<byte>.Shared.Rent(SegmentBytes));
        }

        return segments[^1].AsMemory(used, SegmentBytes - used);
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        if (Exceeded || kept + data.Length > limit)
        {
            Exceeded = true;
            lost |= !data.IsEmpty;
            return;
        }

        while (!data.IsEmpty)
        {
            var room = Room().Span;
            var count = Math.Min(room.Length, data.Length);
            data[..count].CopyTo(room);
            data = data[count..];
            kept += count;
        }
    }

    private int Copy(long position, Span<byte> target)
    {
        var offset = (int)(position % SegmentBytes);
        var count = (int)Math.Min(Math.Min(target.Length, SegmentBytes - offset), kept - position);
        segments[(int)(position / SegmentBytes)].AsSpan(offset, count).CopyTo(target);
        return count;
    }

    private async ValueTask<int> ReadSourceAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (IsComplete || buffer.IsEmpty)
        {
            return 0;
        }

        var count = await source.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        IsComplete = count == 0;
        Keep(buffer.Span[..count]);
        return count;
    }

    private sealed class Reader(ReplayableBody body) : Stream
    {
        private long position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => position;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = position < body.kept ? body.Copy(position, buffer.Span) : await body.ReadSourceAsync(buffer, cancellationToken).ConfigureAwait(false);
            position += count;
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

        public override void Flush()
        {
            // Nothing is written here.
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
