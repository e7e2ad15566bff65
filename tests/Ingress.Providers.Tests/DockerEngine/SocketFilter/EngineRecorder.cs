using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Ingress.Providers.Tests.DockerEngine.SocketFilter;

/// <summary>Stands where an engine's socket is: notes every byte that arrives and gives one answer to every request head.</summary>
internal sealed class EngineRecorder : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentQueue<string> heads = new();
    private readonly ConcurrentQueue<string> leftovers = new();
    private readonly CancellationTokenSource end = new();
    private readonly string answer;
    private readonly Task accepting;

    /// <summary>Listens on a file; <paramref name="answer"/> is the whole HTTP answer.</summary>
    public EngineRecorder(string path, string answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]")
    {
        this.answer = answer;
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        accepting = AcceptAsync();
    }

    /// <summary>All request heads, without the empty line at their end.</summary>
    public IReadOnlyCollection<string> Heads => heads;

    /// <summary>What followed the last head of a connection when it ended: bodies and the like.</summary>
    public IReadOnlyCollection<string> Leftovers => leftovers;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Dispose();
        await accepting;
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        while (true)
        {
            try
            {
                connections.Add(TalkAsync(await listener.AcceptAsync(end.Token)));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                await Task.WhenAll(connections);
                return;
            }
        }
    }

    private async Task TalkAsync(Socket socket)
    {
        using (socket)
        {
            var text = "";
            var buffer = new byte[64 * 1024];
            try
            {
                while (await socket.ReceiveAsync(buffer, end.Token) is > 0 and var count)
                {
                    text += Encoding.Latin1.GetString(buffer, 0, count);
                    while (text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is >= 0 and var stop)
                    {
                        heads.Enqueue(text[..stop]);
                        text = text[(stop + 4)..];
                        await socket.SendAsync(Encoding.Latin1.GetBytes(answer), end.Token);
                    }
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                // The connection ends with the test.
            }

            if (text.Length > 0)
            {
                leftovers.Enqueue(text);
            }
        }
    }
}
