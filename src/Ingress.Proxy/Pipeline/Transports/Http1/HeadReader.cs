using System.Buffers;
using System.Globalization;
using System.Net;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>Reads heads of answers strictly where doubt would let two parties see two messages, and as leniently as Go otherwise.</summary>
internal static class HeadReader
{
    private const int LargestHead = 1024 * 1024;

    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> NotInValues = SearchValues.Create("\0\r\n"u8);

    /// <summary>Reads one head, a final or an interim one. The end of the connection before its first byte and within it are told apart.</summary>
    public static async ValueTask<Http1Response> ReadAsync(Http1Connection connection, CancellationToken cancellation)
    {
        var searched = 0;
        while (true)
        {
            var length = FindEnd(connection.Buffered, ref searched);
            if (length > 0)
            {
                var response = Parse(connection.Buffered[..length]);
                connection.Use(length);
                return response;
            }

            if (connection.BufferedBytes >= LargestHead)
            {
                throw Malformed("the head is larger than 1 MiB");
            }

            if (await connection.FillAsync(cancellation).ConfigureAwait(false) == 0)
            {
                throw connection.BufferedBytes > 0
                    ? Malformed("the connection ended within the head")
                    : new HttpIOException(HttpRequestError.ResponseEnded, "the server closed the connection without an answer");
            }
        }
    }

    /// <summary>Reads trailer fields, up to and with the empty line; false where more is needed.</summary>
    public static bool TryReadTrailers(Http1Connection connection, Http1Response response)
    {
        while (true)
        {
            var data = connection.Buffered;
            var feed = data.IndexOf((byte)'\n');
            if (feed < 0)
            {
                return data.Length < LargestHead ? false : throw Malformed("the trailers are larger than 1 MiB");
            }

            var line = Line(data, feed);
            if (line.IsEmpty)
            {
                connection.Use(feed + 1);
                return true;
            }

            var (name, value) = Field(line);
            (response.Trailers ??= []).Add(new(name, value));
            connection.Use(feed + 1);
        }
    }

    /// <summary>An answer that is none.</summary>
    public static HttpIOException Malformed(string what) => new(HttpRequestError.InvalidResponse, "malformed answer: " + what);

    // The head ends at an empty line; a line may end with a bare line feed.
    private static int FindEnd(ReadOnlySpan<byte> data, ref int searched)
    {
        var at = searched;
        while (at < data.Length)
        {
            var feed = data[at..].IndexOf((byte)'\n');
            if (feed < 0)
            {
                break;
            }

            at += feed;
            if (at + 1 < data.Length && data[at + 1] == '\n')
            {
                return at + 2;
            }

            if (at + 2 < data.Length && data[at + 1] == '\r' && data[at + 2] == '\n')
            {
                return at + 3;
            }

            if (at + 2 >= data.Length)
            {
                break;
            }

            at++;
        }

        searched = Math.Max(0, Math.Min(at, data.Length - 2));
        return 0;
    }

    private static Http1Response Parse(ReadOnlySpan<byte> head)
    {
        var feed = head.IndexOf((byte)'\n');
        var response = ParseStatus(Line(head, feed), out var isHttp10);
        try
        {
            head = head[(feed + 1)..];
            while (true)
            {
                feed = head.IndexOf((byte)'\n');
                var line = Line(head, feed);
                if (line.IsEmpty)
                {
                    break;
                }

                var (name, value) = Field(line);
                response.Fields.Add(new(name, value));
                Note(response, name, value);
                head = head[(feed + 1)..];
            }

            if (response.IsChunked)
            {
                // The length loses against chunks (RFC 9112, 6.3).
                response.Length = -1;
            }

            response.AnnouncesTrailers &= response.IsChunked;

            response.KeepsConnection = !isHttp10 && !(response.Connection is { } connection && HopByHop.HasToken(connection, "close"));
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static Http1Response ParseStatus(ReadOnlySpan<byte> line, out bool isHttp10)
    {
        isHttp10 = line.StartsWith("HTTP/1.0 "u8);
        if ((!isHttp10 && !line.StartsWith("HTTP/1.1 "u8)) || line.Length < 12 || (line.Length > 12 && line[12] != ' ')
            || !int.TryParse(line[9..12], NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status < 100)
        {
            throw Malformed($"the first line is \"{TextCache.Get(line[..Math.Min(line.Length, 60)])}\"");
        }

        return new Http1Response { StatusCode = (HttpStatusCode)status };
    }

    private static (string Name, string Value) Field(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(TokenBytes))
        {
            throw Malformed($"a header line is \"{TextCache.Get(line[..Math.Min(line.Length, 60)])}\"");
        }

        var value = line[(colon + 1)..].Trim(" \t"u8);
        return value.ContainsAny(NotInValues) ? throw Malformed("a header value has a control character") : (TextCache.Get(line[..colon]), TextCache.Get(value));
    }

    private static void Note(Http1Response response, string name, string value)
    {
        switch (name.Length)
        {
            case 7 when name.Equals("Trailer", StringComparison.OrdinalIgnoreCase):
                response.AnnouncesTrailers = true;
                break;
            case 10 when name.Equals("Connection", StringComparison.OrdinalIgnoreCase):
                response.Connection = response.Connection is null ? value : response.Connection + "," + value;
                break;
            case 14 when name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase):
                if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || (response.Length >= 0 && response.Length != length))
                {
                    throw Malformed($"Content-Length is \"{value}\", or given twice");
                }

                response.Length = length;
                break;
            case 16 when name.Equals("WWW-Authenticate", StringComparison.OrdinalIgnoreCase):
                response.BindsConnection |= PinnedConnections.AreBound(value);
                break;
            case 17 when name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase):
                response.IsChunked = !response.IsChunked && value.Equals("chunked", StringComparison.OrdinalIgnoreCase)
                    ? true
                    : throw Malformed($"Transfer-Encoding is \"{value}\"");
                break;
        }
    }

    private static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> data, int feed)
        => feed > 0 && data[feed - 1] == '\r' ? data[..(feed - 1)] : data[..feed];
}
