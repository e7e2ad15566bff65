using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ingress.Proxy.Pipeline.Transports;

namespace Ingress.Proxy.Tests.Pipeline.Transports;

public sealed class StreamRelayTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task BytesGoBothWaysAndEndsArePassedOn()
    {
        using var pair = await Relayed.StartAsync(TimeSpan.FromSeconds(10));
        await pair.Client.SendAsync("question"u8.ToArray());
        Assert.Equal("question", await ReadAsync(pair.Server, 8));
        pair.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await pair.Server.ReceiveAsync(new byte[1]));
        await pair.Server.SendAsync("late answer"u8.ToArray());
        Assert.Equal("late answer", await ReadAsync(pair.Client, 11));
        pair.Server.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await pair.Client.ReceiveAsync(new byte[1]));
        await pair.Relay.WaitAsync(Patience);
    }

    [Fact]
    public async Task AServerThatEndsFirstLeavesTheClientItsDelay()
    {
        using var pair = await Relayed.StartAsync(TimeSpan.FromSeconds(10));
        pair.Server.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await pair.Client.ReceiveAsync(new byte[1]));
        await pair.Client.SendAsync("rest"u8.ToArray());
        Assert.Equal("rest", await ReadAsync(pair.Server, 4));
        pair.Client.Shutdown(SocketShutdown.Send);
        await pair.Relay.WaitAsync(Patience);
    }

    [Fact]
    public async Task TheSecondSideIsCutAfterTheDelay()
    {
        using var pair = await Relayed.StartAsync(TimeSpan.FromMilliseconds(50));
        pair.Client.Shutdown(SocketShutdown.Send);
        await pair.Relay.WaitAsync(Patience);
    }

    [Fact]
    public async Task ASlowReaderSlowsTheSenderDown()
    {
        using var pair = await Relayed.StartAsync(Timeout.InfiniteTimeSpan);
        var chunk = new byte[1 << 20];
        long sent = 0;
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 64; i++)
            {
                await pair.Server.SendAsync(chunk);
                Interlocked.Add(ref sent, chunk.Length);
            }

            pair.Server.Shutdown(SocketShutdown.Send);
        });
        await Task.Delay(300);
        Assert.InRange(Interlocked.Read(ref sent), 0, 32 << 20);

        long received = 0;
        int count;
        while ((count = await pair.Client.ReceiveAsync(chunk)) > 0)
        {
            received += count;
        }

        Assert.Equal(64L << 20, received);
        await sending;
        pair.Client.Dispose();
        await pair.Relay.WaitAsync(Patience);
    }

    [Fact]
    public async Task AClientThatVanishesEndsTheRelay()
    {
        using var pair = await Relayed.StartAsync(TimeSpan.Zero);
        pair.Client.Close(0);
        await pair.Relay.WaitAsync(Patience);
        Assert.Equal(0, await pair.Server.ReceiveAsync(new byte[1]));
    }

    private static async Task<string> ReadAsync(Socket socket, int length)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            var count = await socket.ReceiveAsync(bytes.AsMemory(at));
            Assert.NotEqual(0, count);
            at += count;
        }

        return Encoding.ASCII.GetString(bytes);
    }

    private sealed class Relayed : IDisposable
    {
        private readonly Socket inner;

        private Relayed(Socket client, Socket server, Socket inner, Socket outer, TimeSpan delay)
        {
            Client = client;
            Server = server;
            this.inner = inner;
            var input = PipeReader.Create(new NetworkStream(inner), new StreamPipeReaderOptions(useZeroByteReads: true));
            Relay = StreamRelay.RunAsync(new RelayEnd.Client(input, inner, inner.Dispose), new RelayEnd.Server(outer), delay, TimeProvider.System);
        }

        public Socket Client { get; }

        public Socket Server { get; }

        public Task Relay { get; }

        public static async Task<Relayed> StartAsync(TimeSpan delay)
        {
            var (client, inner) = await PairAsync();
            var (outer, server) = await PairAsync();
            return new Relayed(client, server, inner, outer, delay);
        }

        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
            inner.Dispose();
        }

        private static async Task<(Socket Near, Socket Far)> PairAsync()
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await near.ConnectAsync(listener.LocalEndPoint!);
            return (near, await listener.AcceptAsync());
        }
    }
}
