using System.Globalization;
using System.Text;
using Ingress.Proxy.Pipeline.Transports.Http1;

namespace Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;

/// <summary>Reads the body of an answer to its end. Whatever is not as HTTP has it is an <see cref="IOException"/>: a broken answer must not count.</summary>
internal static class AuthAnswerBody
{
    private const int MaxLine = 4096;

    /// <summary>Reads it into the stream, or nowhere; false where it is longer than the limit.</summary>
    public static async ValueTask<bool> ReadAsync(Http1Connection connection, Http1Response response, Stream? target, long limit, CancellationToken cancellation)
    {
        if (!response.IsChunked)
        {
            return response.Length > limit
                ? false
                : await CopyAsync(connection, response.Length, target, limit, cancellation).ConfigureAwait(false);
        }

        var left = limit;
        while (await ReadSizeAsync(connection, cancellation).ConfigureAwait(false) is > 0 and var size)
        {
            if (size > left)
            {
                return false;
            }

            left -= size;
            await CopyAsync(connection, size, target, size, cancellation).ConfigureAwait(false);
            if ((await ReadLineAsync(connection, cancellation).ConfigureAwait(false)).Length > 0)
            {
                throw new IOException("a chunk does not end where its size says");
            }
        }

        while ((await ReadLineAsync(connection, cancellation).ConfigureAwait(false)).Length > 0)
        {
            // Trailers of an auth server mean nothing here.
        }

        return true;
    }

    // A negative length means until the connection ends.
    private static async ValueTask<bool> CopyAsync(Http1Connection connection, long length, Stream? target, long limit, CancellationToken cancellation)
    {
        var buffer = new byte[4096];
        var total = 0L;
        while (length < 0 || total < length)
        {
            var room = length < 0 ? buffer.Length : (int)Math.Min(buffer.Length, length - total);
            var count = await connection.ReadAsync(buffer.AsMemory(0, room), cancellation).ConfigureAwait(false);
            if (count == 0)
            {
                return length < 0 ? true : throw new IOException("the body is shorter than its length says");
            }

            total += count;
            if (total > limit)
            {
                return false;
            }

            target?.Write(buffer, 0, count);
        }

        return true;
    }

    private static async ValueTask<long> ReadSizeAsync(Http1Connection connection, CancellationToken cancellation)
    {
        var line = await ReadLineAsync(connection, cancellation).ConfigureAwait(false);
        var end = line.IndexOf(';', StringComparison.Ordinal);
        var digits = (end < 0 ? line : line[..end]).Trim();
        return long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size) && size >= 0
            ? size
            : throw new IOException("a chunk has no size");
    }

    private static async ValueTask<string> ReadLineAsync(Http1Connection connection, CancellationToken cancellation)
    {
        while (true)
        {
            var end = connection.Buffered.IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = Encoding.Latin1.GetString(connection.Buffered[..end]).TrimEnd('\r');
                connection.Use(end + 1);
                return line;
            }

            if (connection.BufferedBytes > MaxLine || await connection.FillAsync(cancellation).ConfigureAwait(false) == 0)
            {
                throw new IOException("the body ends early");
            }
        }
    }
}
