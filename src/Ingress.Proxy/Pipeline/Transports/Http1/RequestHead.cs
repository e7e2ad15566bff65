namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>Writes the head of a request: every header as many lines as it has values, and one framing of our own.</summary>
internal static class RequestHead
{
    /// <summary>Writes the request line and the headers.</summary>
    public static void Write(HeadWriter head, HttpRequestMessage request, RequestBody? body)
    {
        var uri = request.RequestUri!;
        head.Write(request.Method.Method);
        head.Write(" "u8);
        WriteSafe(head, uri.PathAndQuery);
        head.Write(" HTTP/1.1\r\nHost: "u8);
        WriteSafe(head, request.Headers.Host ?? uri.Authority);
        head.Write("\r\n"u8);
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            if (!name.Equals("Host", StringComparison.OrdinalIgnoreCase) && !name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                WriteHeader(head, name, values);
            }
        }

        foreach (var (name, values) in request.Content?.Headers.NonValidated ?? default)
        {
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                WriteHeader(head, name, values);
            }
        }

        if (body is { Announced: { } length })
        {
            head.Write("Content-Length: "u8);
            head.Write(length.ToString(System.Globalization.CultureInfo.InvariantCulture));
            head.Write("\r\n"u8);
        }
        else if (body is not null)
        {
            head.Write("Transfer-Encoding: chunked\r\n"u8);
        }

        head.Write("\r\n"u8);
    }

    private static void WriteHeader(HeadWriter head, string name, in System.Net.Http.Headers.HeaderStringValues values)
    {
        foreach (var value in values)
        {
            WriteSafe(head, name);
            head.Write(": "u8);
            WriteSafe(head, value);
            head.Write("\r\n"u8);
        }
    }

    // Whatever a middleware put in there, a line stays one line.
    private static void WriteSafe(HeadWriter head, string text)
    {
        if (text.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
        {
            throw new HttpRequestException(HttpRequestError.Unknown, "a header or the target has a line break or a null in it");
        }

        head.Write(text);
    }
}
