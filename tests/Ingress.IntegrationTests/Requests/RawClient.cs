using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ingress.IntegrationTests.Requests;

/// <summary>Sends requests byte for byte as a test writes them, which no well-bred client does.</summary>
internal static class RawClient
{
    /// <summary>Everything that comes back until the proxy closes the connection, or falls silent for ten seconds.</summary>
    public static async Task<string> AskAsync(int port, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var stream = client.GetStream();
        var answer = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
            while (await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(10)) is var count and > 0)
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (Exception fault) when (fault is IOException or TimeoutException)
        {
            // A refused request may end with a reset, or leave the connection open: what was said until then counts.
        }

        return answer.ToString();
    }
}
