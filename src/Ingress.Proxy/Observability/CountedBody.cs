using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ingress.Proxy.Observability;

/// <summary>Counts the bytes of a response's body on their way to the client. One object serves all requests of a connection.</summary>
internal sealed class CountedBody : IHttpResponseBodyFeature
{
    private CountedStream? stream;
    private IHttpResponseBodyFeature inner = null!;
    private PipeWriter? writer;

    /// <summary>Bytes so far.</summary>
    public long Bytes { get; private set; }

    /// <inheritdoc/>
    public Stream Stream => stream ??= new CountedStream(this);

    /// <inheritdoc/>
    public PipeWriter Writer => writer ??= PipeWriter.Create(Stream, new StreamPipeWriterOptions(leaveOpen: true));

    /// <summary>Stands before the body of another request.</summary>
    public void Attach(IFeatureCollection features)
    {
        Bytes = 0;
        writer = null;
        inner = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        features.Set<IHttpResponseBodyFeature>(this);
    }

    /// <summary>Puts the body back.</summary>
    public void Detach(IFeatureCollection features) => features.Set(inner);

    /// <inheritdoc/>
    public void DisableBuffering() => inner.DisableBuffering();

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    /// <inheritdoc/>
    public async Task CompleteAsync()
    {
        if (writer is not null)
        {
            await writer.CompleteAsync().ConfigureAwait(false);
        }

        await inner.CompleteAsync().ConfigureAwait(false);
    }

    private sealed class CountedStream(CountedBody owner) : Stream
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

        public override void Flush() => owner.inner.Stream.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => owner.inner.Stream.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            owner.Bytes += count;
            owner.inner.Stream.Write(buffer, offset, count);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            owner.Bytes += count;
            return owner.inner.Stream.WriteAsync(buffer, offset, count, cancellationToken);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            owner.Bytes += buffer.Length;
            return owner.inner.Stream.WriteAsync(buffer, cancellationToken);
        }
    }
}
