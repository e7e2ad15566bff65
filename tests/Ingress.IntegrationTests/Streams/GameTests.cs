using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ingress.IntegrationTests.Streams;

/// <summary>A game over UDP behind the proxy: players send their moves, and the server tells the state of the game at its own pace.</summary>
public sealed class GameTests
{
    private const int Players = 8;
    private const int Moves = 20;

    [Fact]
    public async Task PlayersStayInTheirGameWhileTheConfigurationChanges()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var old = new GameServer("old");
        await using var fresh = new GameServer("new");
        await using var proxy = await StreamProxy.StartAsync(To(old.Port));
        var players = Enumerable.Range(0, Players).Select(_ => new UdpClient(new IPEndPoint(IPAddress.Loopback, 0))).ToList();
        try
        {
            players.ForEach(player => player.Connect(IPAddress.Loopback, proxy.Port));
            foreach (var player in players)
            {
                Assert.Equal("old:joins", await MoveAsync(player, "joins", limit.Token));
            }

            Assert.Equal(Players, old.Players);
            await proxy.ReloadAsync(To(fresh.Port), "reloaded");
            var games = await Task.WhenAll(players.Select(player => PlayAsync(player, limit.Token)));
            Assert.All(games, state => Assert.StartsWith("state of old", state, StringComparison.Ordinal));
            Assert.Equal(Players, old.Players);

            using var late = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            late.Connect(IPAddress.Loopback, proxy.Port);
            Assert.Equal("new:joins", await MoveAsync(late, "joins", limit.Token));
            Assert.Equal(1, fresh.Players);
        }
        finally
        {
            players.ForEach(player => player.Dispose());
        }
    }

    // Moves for a while, then waits for the server to speak of itself.
    private static async Task<string> PlayAsync(UdpClient player, CancellationToken cancellation)
    {
        for (var move = 0; move < Moves; move++)
        {
            Assert.Equal($"old:{move}", await MoveAsync(player, $"{move}", cancellation));
        }

        while (true)
        {
            var text = await HearAsync(player, cancellation);
            if (text.StartsWith("state", StringComparison.Ordinal))
            {
                return text;
            }
        }
    }

    // One move and its echo; what else the server says meanwhile is passed over.
    private static async Task<string> MoveAsync(UdpClient player, string move, CancellationToken cancellation)
    {
        await player.SendAsync(Encoding.ASCII.GetBytes(move), cancellation);
        var text = "state";
        while (text.StartsWith("state", StringComparison.Ordinal))
        {
            text = await HearAsync(player, cancellation);
        }

        return text;
    }

    private static async Task<string> HearAsync(UdpClient player, CancellationToken cancellation) => Encoding.ASCII.GetString((await player.ReceiveAsync(cancellation)).Buffer);

    private static string To(int port) => $$"""
        udp:
          routers:
            game: {service: game, entryPoints: [udp]}
          services:
            game: {loadBalancer: {servers: [{address: "127.0.0.1:{{port}}"} ] } }
        """;

    private sealed class GameServer : IAsyncDisposable
    {
        private readonly string name;
        private readonly UdpClient socket = new(new IPEndPoint(IPAddress.Loopback, 0));
        private readonly ConcurrentDictionary<IPEndPoint, bool> players = new();
        private readonly CancellationTokenSource ending = new();
        private readonly Task[] running;

        public GameServer(string name)
        {
            this.name = name;
            running = [EchoAsync(), TellAsync()];
        }

        public int Port => ((IPEndPoint)socket.Client.LocalEndPoint!).Port;

        public int Players => players.Count;

        public async ValueTask DisposeAsync()
        {
            await ending.CancelAsync();
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            socket.Dispose();
            ending.Dispose();
        }

        private async Task EchoAsync()
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(ending.Token);
                players[received.RemoteEndPoint] = true;
                await socket.SendAsync(Encoding.ASCII.GetBytes($"{name}:{Encoding.ASCII.GetString(received.Buffer)}"), received.RemoteEndPoint, ending.Token);
            }
        }

        private async Task TellAsync()
        {
            using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            for (var turn = 0; await tick.WaitForNextTickAsync(ending.Token); turn++)
            {
                foreach (var player in players.Keys)
                {
                    await socket.SendAsync(Encoding.ASCII.GetBytes($"state of {name} in turn {turn}"), player, ending.Token);
                }
            }
        }
    }
}
