using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>The head of an answer, and how its body is framed (RFC 9112 section 6.3).</summary>
internal sealed class ResponseHead
{
    private static readonly string[] ContentHeaders =
    [
        "Allow", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Length", "Content-Location", "Content-MD5", "Content-Range", "Content-Type", "Expires", "Last-Modified",
    ];

    private readonly List<(string Name, string Value)> headers = new(12);
    private readonly string method;
    private string reason = "";
    private bool isHttp11;
    private bool isChunked;
    private bool wantsClose;
    private bool wantsKeepAlive;
    private long? length;

    private ResponseHead(string method) => this.method = method;

    /// <summary>The status.</summary>
    public int Status { get; private set; }

    /// <summary>The length of a head including its empty line, or 0 where it is not complete.</summary>
    public static int LengthOf(ReadOnlySpan<byte> bytes)
    {
        var offset = 0;
        while (true)
        {
            var newline = bytes[offset..].IndexOf((byte)'\n');
            if (newline < 0)
            {
                return 0;
            }

            if (newline == 0 || (newline == 1 && bytes[offset] == '\r'))
            {
                return offset + newline + 1;
            }

            offset += newline + 1;
        }
    }

    /// <summary>Reads a complete head.</summary>
    public static ResponseHead Parse(ReadOnlySpan<byte> bytes, string method)
    {
        var head = new ResponseHead(method);
        var isFirst = true;
        while (!bytes.IsEmpty)
        {
            var newline = bytes.IndexOf((byte)'\n');
            var line = bytes[..newline];
            bytes = bytes[(newline + 1)..];
            if (!line.IsEmpty && line[^1] == '\r')
            {
                line = line[..^1];
            }

            if (isFirst)
            {
                head.ParseStatus(line);
                isFirst = false;
            }
            else if (!line.IsEmpty)
            {
                head.ParseHeader(line);
            }
        }

        return head;
    }

    /// <summary>The answer as the library wants it, its body read from the connection.</summary>
    public HttpResponseMessage ToMessage(HttpRequestMessage request, Http1Connection connection)
    {
        var message = new HttpResponseMessage((System.Net.HttpStatusCode)Status)
        {
            RequestMessage = request,
            Version = isHttp11 ? System.Net.HttpVersion.Version11 : System.Net.HttpVersion.Version10,
            ReasonPhrase = reason,
        };
        var isReusable = (isHttp11 ? !wantsClose : wantsKeepAlive) && !(isChunked && length is not null);
        var content = new ResponseContent(BodyOf(message, connection, isReusable));
        message.Content = content;
        foreach (var (name, value) in headers)
        {
            if (isChunked && name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                // Chunks win, and a length beside them is not believed by anybody behind us.
                continue;
            }

            (IsContentHeader(name) ? (System.Net.Http.Headers.HttpHeaders)content.Headers : message.Headers).TryAddWithoutValidation(name, value);
        }

        return message;
    }

    private ResponseBody BodyOf(HttpResponseMessage message, Http1Connection connection, bool isReusable)
    {
        if (Status == 101)
        {
            return new TunnelBody(connection);
        }

        if (method == "HEAD" || Status is 204 or 304)
        {
            return new SizedBody(connection, 0, isReusable);
        }

        if (isChunked)
        {
            return new ChunkedBody(connection, message, isReusable);
        }

        return length is { } size ? new SizedBody(connection, size, isReusable) : new UnendedBody(connection);
    }

    private static bool IsContentHeader(string name)
    {
        foreach (var content in ContentHeaders)
        {
            if (name.Length == content.Length && name.Equals(content, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private void ParseStatus(ReadOnlySpan<byte> line)
    {
        // HTTP/1.1 200 OK
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' '
            || !int.TryParse(line.Slice(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status < 100 || (line.Length > 12 && line[12] != ' '))
        {
            throw Http1Connection.Malformed("it does not begin like HTTP/1");
        }

        isHttp11 = line[7] == '1';
        Status = status;
        reason = line.Length > 13 && line[13..].IndexOfAnyInRange((byte)0, (byte)31) < 0 ? Encoding.Latin1.GetString(line[13..]) : "";
    }

    private void ParseHeader(ReadOnlySpan<byte> line)
    {
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            if (headers.Count == 0)
            {
                throw Http1Connection.Malformed("its first header line is folded");
            }

            var (lastName, lastValue) = headers[^1];
            headers[^1] = (lastName, lastValue + " " + Encoding.Latin1.GetString(Trim(line)));
            return;
        }

        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].IndexOfAny((byte)' ', (byte)'\t') >= 0)
        {
            throw Http1Connection.Malformed("a header line has no name");
        }

        var value = Trim(line[(colon + 1)..]);
        if (value.IndexOfAny((byte)'\r', (byte)0) >= 0)
        {
            throw Http1Connection.Malformed("a header's value has a control character");
        }

        var name = HeaderNames.Of(line[..colon]);
        var text = Encoding.Latin1.GetString(value);
        if (!NoteFraming(name, text))
        {
            headers.Add((name, text));
        }
    }

    // True where the line repeats what another one said.
    private bool NoteFraming(string name, string value)
    {
        switch (name.Length)
        {
            case 10 when name.Equals("Connection", StringComparison.OrdinalIgnoreCase):
                wantsClose |= value.Contains("close", StringComparison.OrdinalIgnoreCase);
                wantsKeepAlive |= value.Contains("keep-alive", StringComparison.OrdinalIgnoreCase);
                return false;
            case 14 when name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase):
                if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var announced) || (length is not null && length != announced))
                {
                    throw Http1Connection.Malformed("its Content-Length is not one number");
                }

                var isRepeated = length is not null;
                length = announced;
                return isRepeated;
            case 17 when name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase):
                if (isChunked || !value.Equals("chunked", StringComparison.OrdinalIgnoreCase))
                {
                    throw Http1Connection.Malformed("its Transfer-Encoding is not chunked alone");
                }

                isChunked = true;
                return false;
            default:
                return false;
        }
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);
}
