using System.Net.Sockets;
using System.Text;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Streams;

/// <summary>What holds of every relayed connection, whatever it speaks.</summary>
public sealed class RelayTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task EstablishedConnectionsKeepTheirServerOverAReload()
    {
        await using var first = FaultyBackend.Start(connection => EchoAsync(connection, "first:"));
        await using var second = FaultyBackend.Start(connection => EchoAsync(connection, "second:"));
        await using var proxy = await StreamProxy.StartAsync(To(first.Port));
        await using var kept = await proxy.ConnectAsync();
        Assert.Equal("first:a", await AskAsync(kept, "a", 7));
        await proxy.ReloadAsync(To(second.Port), "reloaded");
        await using var fresh = await proxy.ConnectAsync();
        Assert.Equal("second:b", await AskAsync(fresh, "b", 8));
        Assert.Equal("first:c", await AskAsync(kept, "c", 7));
    }

    [Fact]
    public async Task AStoppingProxyLetsConnectionsGoOnForTheGraceTimeoutAndThenCutsThem()
    {
        await using var backend = FaultyBackend.Start(connection => EchoAsync(connection, "echo:"));
        await using var proxy = await StreamProxy.StartAsync(To(backend.Port), "{lifeCycle: {graceTimeOut: 5s}}");
        await using var connection = await proxy.ConnectAsync();
        Assert.Equal("echo:a", await AskAsync(connection, "a", 6));
        proxy.Run.Signal(15);
        await Eventually.HoldsAsync("nobody new is let in", () => RefusesAsync(proxy));
        Assert.Equal("echo:b", await AskAsync(connection, "b", 6));
        Assert.Equal("", await RestAsync(connection));
        Assert.Equal(0, await proxy.Run.ExitCodeAsync(Patience));
    }

    [Fact]
    public async Task AThousandSlowHellosDelayNobodyAndAreGoneAtTheLimit()
    {
        await using var backend = FaultyBackend.Start(connection => EchoAsync(connection, "echo:"));
        await using var proxy = await StreamProxy.StartAsync(
            $$"""
            tcp:
              routers:
                echo: {rule: "HostSNI(`echo.test`)", service: echo, entryPoints: [tcp], tls: {} }
                passed: {rule: "HostSNI(`passed.test`)", service: echo, entryPoints: [tcp], tls: {passthrough: true} }
              services:
                echo: {loadBalancer: {servers: [{address: "127.0.0.1:{{backend.Port}}"} ] } }
            """,
            "{respondingTimeouts: {readTimeout: 10s}}");
        byte[][] beginnings =
        [
            [0x16],
            [0x16, 3, 1, 2, 0, 1],
            [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, .. new byte[200]],

            // What PostgreSQL's clients ask, and then nothing.
            [0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F],
        ];
        var slow = new List<NetworkStream>();
        try
        {
            for (var i = 0; i < 1000; i++)
            {
                var stream = await proxy.ConnectAsync();
                slow.Add(stream);
                await stream.WriteAsync(beginnings[i % beginnings.Length]);
            }

            await using var quick = await proxy.ConnectTlsAsync("echo.test");
            Assert.Equal("echo:x", await AskAsync(quick, "x", 6));
            var ends = await Task.WhenAll(slow.Select(RestAsync)).WaitAsync(Patience);
            Assert.All(ends, (text, i) => Assert.Equal(i % beginnings.Length == 3 ? "S" : "", text));
            Assert.Equal("echo:y", await AskAsync(quick, "y", 6));
        }
        finally
        {
            slow.ForEach(stream => stream.Dispose());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public async Task AHelloInPiecesIsPassedOnWhole(int size)
    {
        await using var backend = FaultyBackend.Start(connection => EchoAsync(connection, ""));
        await using var proxy = await StreamProxy.StartAsync($$"""
            tcp:
              routers:
                passed: {rule: "HostSNI(`passed.test`)", service: echo, entryPoints: [tcp], tls: {passthrough: true} }
              services:
                echo: {loadBalancer: {servers: [{address: "127.0.0.1:{{backend.Port}}"} ] } }
            """);
        await using var client = await proxy.ConnectAsync();
        var hello = Hello("passed.test");
        foreach (var piece in hello.Chunk(size))
        {
            await client.WriteAsync(piece);
        }

        Assert.Equal(Encoding.Latin1.GetString(hello), await AskAsync(client, "", hello.Length));
        Assert.Equal("more", await AskAsync(client, "more", 4));
    }

    private static string To(int port) => $$"""
        tcp:
          routers:
            all: {rule: "HostSNI(`*`)", service: s, entryPoints: [tcp]}
          services:
            s: {loadBalancer: {servers: [{address: "127.0.0.1:{{port}}"} ] } }
        """;

    // A hello of TLS 1.2 with nothing but a name.
    private static byte[] Hello(string name)
    {
        byte[] serverName = [0, 0, 0, (byte)(name.Length + 5), 0, (byte)(name.Length + 3), 0, 0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name)];
        byte[] body = [3, 3, .. new byte[32], 0, 0, 2, 0xC0, 0x2F, 1, 0, 0, (byte)serverName.Length, .. serverName];
        return [0x16, 3, 1, 0, (byte)(body.Length + 4), 1, 0, 0, (byte)body.Length, .. body];
    }

    private static async Task EchoAsync(FaultyConnection connection, string prefix)
    {
        while (await connection.ReadSomeAsync() is { Length: > 0 } text)
        {
            await connection.WriteAsync(prefix + text);
        }
    }

    private static async Task<bool> RefusesAsync(StreamProxy proxy)
    {
        try
        {
            await using var probe = await proxy.ConnectAsync();
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    // Everything up to the end, however the connection ends.
    private static async Task<string> RestAsync(Stream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[256];
        try
        {
            while (await stream.ReadAsync(buffer) is > 0 and var count)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (IOException error) when (error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            // Cut, which is an end as well.
        }

        return text.ToString();
    }

    private static async Task<string> AskAsync(Stream stream, string question, int length)
    {
        using var limit = new CancellationTokenSource(Patience);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(question), limit.Token);
        var answer = new byte[length];
        await stream.ReadExactlyAsync(answer, limit.Token);
        return Encoding.Latin1.GetString(answer);
    }
}
