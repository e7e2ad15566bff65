using System.Net;
using System.Net.WebSockets;
using System.Text;
using Ingress.Testing;
using Microsoft.AspNetCore.Http;

namespace Ingress.IntegrationTests.Requests;

/// <summary>What goes wrong elsewhere and is right here without an option.</summary>
public sealed class DefaultsTests
{
    private const string Routes = """
        http:
          routers:
            app:
              rule: "Host(`app.test`)"
              service: app
            down:
              rule: "Host(`down.test`)"
              service: down
            dead:
              rule: "Host(`dead.test`)"
              service: dead
        {more}
          services:
            app:
              loadBalancer:
                servers:
                  - url: "{app}"
            dead:
              loadBalancer:
                servers:
                  - url: "{dead}"
            down:
              loadBalancer:
                healthCheck:
                  path: /
                  interval: 100ms
                servers:
                  - url: "{down}"
        """;

    private const string MoreRoutes = "    other:\n      rule: \"Host(`other.test`)\"\n      service: app";

    [Fact]
    public async Task AWebSocketAndAnEventStreamLiveThroughAReloadThatIsNotTheirs()
    {
        var next = new SemaphoreSlim(1);
        await using var sockets = await Backend.StartAsync();
        await using var events = await Backend.StartAsync(answer: async context =>
        {
            context.Response.ContentType = "text/event-stream";
            for (var i = 0; i < 2; i++)
            {
                await next.WaitAsync(context.RequestAborted);
                await context.Response.WriteAsync($"data: {i}\n\n");
                await context.Response.Body.FlushAsync();
            }
        });
        var routes = Routes.Replace("{app}", sockets.Url, StringComparison.Ordinal).Replace("{dead}", events.Url, StringComparison.Ordinal).Replace("{down}", NowhereUrl(), StringComparison.Ordinal);
        await using var proxy = await ProxyProcess.StartAsync(new ProxySetup { Dynamic = routes.Replace("{more}", "", StringComparison.Ordinal) });
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Host", "app.test");
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{proxy.WebPort}/"), CancellationToken.None);
        Assert.Equal("before", await EchoAsync(socket, "before"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = "dead.test";
        using var answer = await proxy.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("data: 0", await lines.ReadLineAsync());

        proxy.WriteDynamic(routes.Replace("{more}", MoreRoutes, StringComparison.Ordinal));
        await Eventually.HoldsAsync("the new route is there", async () => (await proxy.RoutersAsync()).Contains("other@file"));

        Assert.Equal("after", await EchoAsync(socket, "after"));
        next.Release();
        Assert.Equal("", await lines.ReadLineAsync());
        Assert.Equal("data: 1", await lines.ReadLineAsync());
    }

    [Fact]
    public async Task AServiceWithoutAHealthyServerIs503AndEachFailureIsInTheLogWithItsCause()
    {
        var port = FreePort.Next();
        await using var app = await Backend.StartAsync();
        var routes = Routes.Replace("{app}", app.Url, StringComparison.Ordinal).Replace("{dead}", $"http://127.0.0.1:{port}", StringComparison.Ordinal).Replace("{down}", NowhereUrl(), StringComparison.Ordinal);
        await using var proxy = await ProxyProcess.StartAsync(new ProxySetup
        {
            Static = ProxySetup.UsualStatic + "log:\n  level: WARN\n",
            Dynamic = routes.Replace("{more}", "", StringComparison.Ordinal),
        });
        await Eventually.HoldsAsync("the server is known to be down", async () =>
        {
            using var down = await proxy.GetAsync("down.test");
            return down.StatusCode == HttpStatusCode.ServiceUnavailable && await down.Content.ReadAsStringAsync() == "no available server\n";
        });
        using var dead = await proxy.GetAsync("dead.test");
        Assert.Equal(HttpStatusCode.BadGateway, dead.StatusCode);
        using var unknown = await proxy.GetAsync("unknown.test");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        await Eventually.HoldsAsync("the log tells", () =>
            proxy.Run.Output.Contains($"GET to http://127.0.0.1:{port} of dead@file failed with 502: Connection refused", StringComparison.Ordinal)
            && proxy.Run.Output.Contains("down@file are answered with 503", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AHeadThatIsTooLargeIsRefusedWith431()
    {
        await using var proxy = await ProxyProcess.StartAsync();
        var answer = await RawClient.AskAsync(proxy.WebPort, $"GET / HTTP/1.1\r\nHost: app.test\r\nX-Large: {new string('x', 1_100_000)}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Length: 0\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUploadThatTakesLongerThanTheReadTimeoutIsNotCutWhileItMoves()
    {
        await using var app = await Backend.StartAsync();
        var routes = Routes.Replace("{app}", app.Url, StringComparison.Ordinal).Replace("{dead}", app.Url, StringComparison.Ordinal).Replace("{down}", NowhereUrl(), StringComparison.Ordinal);
        await using var proxy = await ProxyProcess.StartAsync(new ProxySetup
        {
            Static = ProxySetup.UsualStatic.Replace("address: \"127.0.0.1:{web}\"", "address: \"127.0.0.1:{web}\"\n    transport: { respondingTimeouts: { readTimeout: 1s } }", StringComparison.Ordinal),
            Dynamic = routes.Replace("{more}", "", StringComparison.Ordinal),
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new SlowContent(pieces: 12, TimeSpan.FromMilliseconds(250)) };
        request.Headers.Host = "app.test";
        using var answer = await proxy.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(new string('x', 12), app.Seen.Single().Body);
    }

    private static string NowhereUrl() => $"http://127.0.0.1:{FreePort.Next()}";

    private static async Task<string> EchoAsync(ClientWebSocket socket, string text)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);
        var buffer = new byte[64];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        return Encoding.ASCII.GetString(buffer, 0, received.Count);
    }

    private sealed class SlowContent(int pieces, TimeSpan pause) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var i = 0; i < pieces; i++)
            {
                await Task.Delay(pause);
                await stream.WriteAsync("x"u8.ToArray());
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = pieces;
            return true;
        }
    }
}
