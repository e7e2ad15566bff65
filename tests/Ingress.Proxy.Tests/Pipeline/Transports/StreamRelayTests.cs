using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ingress.Proxy.Pipeline.Transports;

namespace Ingress.Proxy.Tests.Pipeline.Transports;

public sealed class StreamRelayTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BytesGoBothWaysAndEndsArePassedOn(bool throughPipes)
    {
        using var pair = await Relayed.StartAsync(TimeSpan.FromSeconds(10), throughPipes);
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheSecondSideIsCutAfterTheDelay(bool throughPipes)
    {
        using var pair = await Relayed.StartAsync(TimeSpan.FromMilliseconds(50), throughPipes);
        pair.Client.Shutdown(SocketShutdown.Send);
        await pair.Relay.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task ASlowReaderSlowsTheSenderDown(bool up, bool throughPipes)
    {
        using var pair = await Relayed.StartAsync(Timeout.InfiniteTimeSpan, throughPipes);
        var (sender, receiver) = up ? (pair.Client, pair.Server) : (pair.Server, pair.Client);
        var chunk = new byte[1 << 20];
        sender.Blocking = false;

        // As much as the system's own buffers hold goes off; then nothing more is taken, however long the sender tries.
        long sent = 0;
        for (var refusals = 0; refusals < 10;)
        {
            try
            {
                sent += sender.Send(chunk);
                refusals = 0;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.WouldBlock)
            {
                refusals++;
                await Task.Delay(20);
            }

            Assert.InRange(sent, 0, 64 << 20);
        }

        sender.Shutdown(SocketShutdown.Send);
        long received = 0;
        int count;
        while ((count = await receiver.ReceiveAsync(chunk)) > 0)
        {
            received += count;
        }

        Assert.Equal(sent, received);
        receiver.Dispose();
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

        private Relayed(Socket client, Socket server, Socket inner, Socket outer, TimeSpan delay, bool throughPipes)
        {
            Client = client;
            Server = server;
            this.inner = inner;
            RelayEnd end = throughPipes
                ? new RelayEnd.Piped(PipeReader.Create(new NetworkStream(inner), new StreamPipeReaderOptions(useZeroByteReads: true)), inner, inner.Dispose)
                : new RelayEnd.Plain(inner);
            Relay = StreamRelay.RunAsync(end, new RelayEnd.Plain(outer), delay, TimeProvider.System);
        }

        public Socket Client { get; }

        public Socket Server { get; }

        public Task Relay { get; }

        public static async Task<Relayed> StartAsync(TimeSpan delay, bool throughPipes = false)
        {
            var (client, inner) = await PairAsync();
            var (outer, server) = await PairAsync();
            return new Relayed(client, server, inner, outer, delay, throughPipes);
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
