using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ingress.Testing;

/// <summary>A TCP server on loopback that treats each connection as a test says: servers that hang, reset, lie and talk nonsense.</summary>
public sealed class FaultyBackend : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly Func<FaultyConnection, Task> behaviour;
    private readonly Task accepting;
    private int connections;

    private FaultyBackend(Func<FaultyConnection, Task> behaviour)
    {
        this.behaviour = behaviour;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Its port.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Its URL.</summary>
    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>How many connections it has accepted.</summary>
    public int Connections => connections;

    /// <summary>Starts it with the behaviour of one connection; the connection is closed when that ends.</summary>
    public static FaultyBackend Start(Func<FaultyConnection, Task> behaviour) => new(behaviour);

    /// <summary>Reads the request and never answers.</summary>
    public static FaultyBackend ThatHangs() => Start(async connection =>
    {
        await connection.ReadHeadAsync();
        await connection.HangAsync();
    });

    /// <summary>Reads the request, writes this text and closes.</summary>
    public static FaultyBackend ThatWrites(string answer) => Start(async connection =>
    {
        await connection.ReadHeadAsync();
        await connection.WriteAsync(answer);
    });

    /// <summary>Reads the request, writes this text and resets the connection.</summary>
    public static FaultyBackend ThatResetsAfter(string answer) => Start(async connection =>
    {
        await connection.ReadHeadAsync();
        await connection.WriteAsync(answer);
        connection.Reset();
    });

    /// <summary>Answers one request well, with keep-alive, and closes when the next one arrives.</summary>
    public static FaultyBackend ThatClosesAfterOne() => Start(async connection =>
    {
        await connection.ReadHeadAsync();
        await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await connection.ReadSomeAsync();
        connection.Reset();
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Stop();
        await accepting;
        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        while (!ending.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptSocketAsync(ending.Token);
                Interlocked.Increment(ref connections);
                open.Add(ServeAsync(socket));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(open);
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = new FaultyConnection(socket, ending.Token);
        try
        {
            await behaviour(connection);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy closed first, or the test is over: both are part of the fault under test.
        }
    }
}

/// <summary>One connection that a <see cref="FaultyBackend"/> accepted.</summary>
public sealed class FaultyConnection : IDisposable
{
    private readonly Socket socket;
    private readonly NetworkStream stream;
    private readonly CancellationToken cancellation;

    internal FaultyConnection(Socket socket, CancellationToken cancellation)
    {
        this.socket = socket;
        this.cancellation = cancellation;
        stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Reads up to the empty line after a request's header fields, and returns that.</summary>
    public async Task<string> ReadHeadAsync()
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, cancellation) == 1)
        {
            text.Append((char)one[0]);
        }

        return text.ToString();
    }

    /// <summary>Reads whatever comes next; empty at the end of input.</summary>
    public async Task<string> ReadSomeAsync()
    {
        var buffer = new byte[4096];
        return Encoding.Latin1.GetString(buffer, 0, await stream.ReadAsync(buffer, cancellation));
    }

    /// <summary>Reads so many bytes, one a character; fewer at the end of input.</summary>
    public async Task<string> ReadAsync(int count)
    {
        var buffer = new byte[count];
        return Encoding.Latin1.GetString(buffer, 0, await stream.ReadAtLeastAsync(buffer, count, throwOnEndOfStream: false, cancellation));
    }

    /// <summary>Writes a text, one byte a character.</summary>
    public async Task WriteAsync(string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text), cancellation);

    /// <summary>Does nothing until the test ends.</summary>
    public Task HangAsync() => Task.Delay(Timeout.Infinite, cancellation);

    /// <summary>Closes with a reset instead of an orderly end.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();
}
