using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares.Grpc;

/// <summary>A gRPC answer in the form of gRPC-Web: its trailers become the last frame of the body, and the text form is base64 piece by piece.</summary>
internal sealed class GrpcWebAnswer(HttpContext context, string webType, bool isText) : ResponseInterceptor(context, sharesHead: true)
{
    private const byte TrailerFrame = 0x80;
    private const int FrameHeader = 5;

    /// <inheritdoc/>
    protected override bool KeepsTrailers => true;

    /// <inheritdoc/>
    protected override bool Accept()
    {
        var type = Headers.ContentType.ToString();
        if (type.StartsWith(GrpcWeb.GrpcType, StringComparison.Ordinal))
        {
            Headers.ContentType = string.Concat(webType, type.AsSpan(GrpcWeb.GrpcType.Length));
        }

        Headers.Remove("Trailer");
        if (isText)
        {
            Headers.ContentLength = null;
        }

        Headers.AccessControlExposeHeaders = string.Join(", ", Headers.Keys.Where(static name => !name.Equals("Access-Control-Expose-Headers", StringComparison.OrdinalIgnoreCase)))
            + ", grpc-status, grpc-message";
        return true;
    }

    /// <inheritdoc/>
    protected override ValueTask WriteBodyAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
        => isText ? WriteTextAsync(data, cancellation) : OuterBody.WriteAsync(data, cancellation);

    /// <inheritdoc/>
    protected override async ValueTask FinishBodyAsync()
    {
        // An announced length leaves no room for a further frame.
        if (Headers.ContentLength is not null)
        {
            return;
        }

        var text = new StringBuilder();
        foreach (var (name, values) in Trailers.OrderBy(static trailer => trailer.Key, StringComparer.OrdinalIgnoreCase))
        {
            foreach (var value in values)
            {
                text.Append(name.ToLowerInvariant()).Append(": ").Append(value).Append("\r\n");
            }
        }

        var frame = new byte[FrameHeader + Encoding.UTF8.GetByteCount(text.ToString())];
        frame[0] = TrailerFrame;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - FrameHeader);
        Encoding.UTF8.GetBytes(text.ToString(), frame.AsSpan(FrameHeader));
        await WriteBodyAsync(frame, Context.RequestAborted).ConfigureAwait(false);
    }

    private async ValueTask WriteTextAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        var encoded = ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(data.Length));
        try
        {
            Base64.EncodeToUtf8(data.Span, encoded, out _, out var count);
            await OuterBody.WriteAsync(encoded.AsMemory(0, count), cancellation).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(encoded);
        }
    }
}
