using System.Net;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>An answer of unknown length: counts its bytes, and lets its head out at once where the first piece is not there yet.</summary>
internal sealed class StreamedContent(HttpContent inner, HttpContext context, RequestState state) : HttpContent
{
    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken)
        => new StreamedBody(await inner.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), context, state);

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => inner.CopyToAsync(stream, context);

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private sealed class StreamedBody(Stream inner, HttpContext context, RequestState state) : Stream
    {
        private bool headIsOut;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = inner.ReadAsync(buffer, cancellationToken);
            if (read.IsCompletedSuccessfully)
            {
                var count = read.GetAwaiter().GetResult();
                headIsOut |= buffer.Length > 0;
                state.OriginBytes += count;
                return new ValueTask<int>(count);
            }

            return WaitAsync(read, cancellationToken);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
            // There is nothing to flush on the reading side.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private async ValueTask<int> WaitAsync(ValueTask<int> read, CancellationToken cancellation)
        {
            if (!headIsOut)
            {
                headIsOut = true;
                try
                {
                    await context.Response.Body.FlushAsync(cancellation).ConfigureAwait(false);
                }
                catch (Exception fault) when (fault is IOException or OperationCanceledException)
                {
                    // The client is gone; the write that follows says so.
                }
            }

            var count = await read.ConfigureAwait(false);
            state.OriginBytes += count;
            return count;
        }
    }
}
