using System.Net.Sockets;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>How PostgreSQL asks for TLS in the middle of a connection.</summary>
internal static class PostgresStart
{
    /// <summary>What a client sends to ask for TLS.</summary>
    public static ReadOnlyMemory<byte> Request { get; } = new byte[] { 0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F };

    /// <summary>The answer that agrees.</summary>
    public static ReadOnlyMemory<byte> Agreement { get; } = "S"u8.ToArray();

    /// <summary>Asks a server for TLS; a refusal is an exception.</summary>
    public static async Task AskAsync(Socket socket, CancellationToken cancellation)
    {
        await socket.SendAsync(Request, cancellation).ConfigureAwait(false);
        var answer = new byte[1];
        var count = await socket.ReceiveAsync(answer, cancellation).ConfigureAwait(false);
        if (count != 1 || answer[0] != Agreement.Span[0])
        {
            throw new IOException("the PostgreSQL server does not speak TLS");
        }
    }
}
