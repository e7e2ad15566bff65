using System.Net;
using System.Net.Sockets;
using System.Text;
using Ingress.Proxy.Pipeline.EntryPoints;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingress.Proxy.Tests.Pipeline.EntryPoints;

public sealed class AcceptedConnectionTests : IAsyncLifetime
{
    private readonly CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
    private readonly Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private IConnectionListener? listener;
    private AcceptedConnection? connection;

    public async Task InitializeAsync()
    {
        var transport = new EntryPointTransport(
            endpoint =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(endpoint);
                return socket;
            },
            NullLoggerFactory.Instance);
        listener = await transport.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), patience.Token);
        await client.ConnectAsync(listener.EndPoint, patience.Token);
        connection = (AcceptedConnection)(await listener.AcceptAsync(patience.Token))!;
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await connection!.DisposeAsync();
        await listener!.DisposeAsync();
        patience.Dispose();
    }

    [Fact]
    public async Task WhatIsLookedAtStaysInTheSocket()
    {
        await client.SendAsync("hello"u8.ToArray());
        Assert.Equal("hello", await LookAsync(5));
        Assert.False(connection!.HasPipes);
        Assert.Equal("hello", await ReceiveAsync(5));
    }

    [Fact]
    public async Task OnlyWhatALookTakesIsGone()
    {
        await client.SendAsync("PROXY;hello"u8.ToArray());
        Assert.Equal("PROXY;hello", await LookAsync(11, taken: 6));
        Assert.Equal("hello", await LookAsync(5));
        Assert.Equal("hello", await ReceiveAsync(5));
    }

    [Fact]
    public async Task ALookThatWantsMoreSeesItInThePipesAndSoDoesWhoComesAfter()
    {
        await client.SendAsync("hel"u8.ToArray());
        Assert.Equal("hello", await LookAsync(5, taken: 1, onTooLittle: () => client.Send("lo"u8)));
        Assert.True(connection!.HasPipes);
        Assert.Equal("ello", await LookAsync(4));
        var read = await connection.Transport.Input.ReadAsync(patience.Token);
        Assert.Equal("ello", Encoding.ASCII.GetString(read.Buffer));
        await connection.Transport.Output.WriteAsync("back"u8.ToArray(), patience.Token);
        var answer = new byte[4];
        await client.ReceiveAsync(answer, patience.Token);
        Assert.Equal("back", Encoding.ASCII.GetString(answer));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hel")]
    public async Task TheEndOfInputEndsALook(string sent)
    {
        await client.SendAsync(Encoding.ASCII.GetBytes(sent));
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal(sent, await LookAsync(5));
    }

    [Fact]
    public async Task AClientThatIsGoneIsAReset()
    {
        client.Close(0);
        await Assert.ThrowsAsync<ConnectionResetException>(() => LookAsync(5));
    }

    [Fact]
    public async Task ALookEndsWhenItsTimeIsOver()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection!.ReadAheadAsync((_, isEnd) => isEnd ? 0 : null, limit.Token));
    }

    [Fact]
    public async Task AnAbortWakesWhoWaits()
    {
        var looking = LookAsync(5);
        connection!.Abort(new ConnectionAbortedException());
        Assert.Equal("", await looking);
        Assert.Equal(0, await client.ReceiveAsync(new byte[1], patience.Token));
    }

    [Fact]
    public async Task AClientThatSaidMoreThanWasTakenStillHearsTheLastWords()
    {
        await client.SendAsync("hello"u8.ToArray());
        await LookAsync(5);
        await connection!.Socket.SendAsync("bye"u8.ToArray(), patience.Token);
        await connection.DisposeAsync();
        var answer = new byte[8];
        Assert.Equal(3, await client.ReceiveAsync(answer, patience.Token));
        Assert.Equal(0, await client.ReceiveAsync(answer, patience.Token));
    }

    // What was seen once so many bytes had come, or all that came.
    private async Task<string> LookAsync(int length, long taken = 0, Action? onTooLittle = null)
    {
        var seen = "";
        await connection!.ReadAheadAsync(
            (bytes, isEnd) =>
            {
                seen = Encoding.ASCII.GetString(bytes);
                if (bytes.Length < length)
                {
                    onTooLittle?.Invoke();
                }

                return bytes.Length >= length ? taken : isEnd ? 0 : null;
            },
            patience.Token);
        return seen;
    }

    private async Task<string> ReceiveAsync(int length)
    {
        var bytes = new byte[length];
        return Encoding.ASCII.GetString(bytes, 0, await connection!.Socket.ReceiveAsync(bytes, patience.Token));
    }
}
