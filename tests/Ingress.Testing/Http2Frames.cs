using System.Globalization;

namespace Ingress.Testing;

/// <summary>Just enough of HTTP/2 for a server that misbehaves in it (RFC 9113); texts are one byte a character.</summary>
public static class Http2Frames
{
    private const char Data = '\0';
    private const char Headers = '\x01';
    private const char Settings = '\x04';
    private const char EndStream = '\x01';
    private const char EndHeaders = '\x04';
    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /// <summary>Answers the client's preface with settings.</summary>
    public static async Task OpenHttp2Async(this FaultyConnection connection)
    {
        await connection.ReadAsync(Preface.Length);
        await connection.WriteAsync(Frame(Settings, '\0', 0, ""));
    }

    /// <summary>Reads up to the next request's header fields; its stream, or 0 at the end of input.</summary>
    public static async Task<int> ReadHttp2RequestAsync(this FaultyConnection connection)
    {
        while (await connection.ReadAsync(9) is { Length: 9 } head)
        {
            await connection.ReadAsync((head[0] << 16) | (head[1] << 8) | head[2]);
            if (head[3] == Headers)
            {
                return (head[5] << 24) | (head[6] << 16) | (head[7] << 8) | head[8];
            }
        }

        return 0;
    }

    /// <summary>The header fields of a 200 with this Content-Length.</summary>
    public static string Head(int stream, int length)
    {
        // HPACK: status 200 from the static table, then a literal whose name is the table's 28th.
        var text = length.ToString(CultureInfo.InvariantCulture);
        return Frame(Headers, EndHeaders, stream, "\x88\x0f\x0d" + (char)text.Length + text);
    }

    /// <summary>A piece of a body.</summary>
    public static string Body(int stream, string text, bool isLast) => Frame(Data, isLast ? EndStream : '\0', stream, text);

    private static string Frame(char type, char flags, int stream, string payload)
        => $"{(char)(payload.Length >> 16)}{(char)((payload.Length >> 8) & 0xff)}{(char)(payload.Length & 0xff)}{type}{flags}\0\0{(char)(stream >> 8)}{(char)(stream & 0xff)}{payload}";
}
