using System.Net;
using System.Net.Sockets;
using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.Services;
using Ingress.Proxy.Tests.Pipeline.Services;
using Ingress.Testing;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Tests.Pipeline.Transports;

public sealed class ForwarderTests
{
    [Theory]
    [InlineData("/a%2Fb//c;d=1?x=1;y=%3B", "/a%2Fb//c;d=1?x=1&y=%3B")]
    [InlineData("/%7Euser/%E2%82%AC", "/%7Euser/%E2%82%AC")]
    [InlineData("/a/../b?", "/a/../b")]
    public async Task TheTargetKeepsItsBytes(string sent, string seen)
    {
        await using var backend = await Backend.StartAsync();
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(host.Port, $"GET {sent} HTTP/1.1\r\nHost: x.test\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(seen, backend.Seen.Single().Target);
    }

    [Theory]
    [InlineData("/é", "/%C3%A9/x")]
    [InlineData("/a b/", "/a%20b/x")]
    [InlineData("/a%2Fb", "/a%2Fb/x")]
    public async Task ThePathOfTheServerIsEncodedWhereItMustBe(string path, string seen)
    {
        await using var backend = await Backend.StartAsync();
        var service = new HttpServiceConfig { LoadBalancer = new LoadBalancerOptions { Servers = [new ServerOptions { Url = backend.Url + path, PreservePath = true }] } };
        await using var host = await ServiceHost.StartAsync(service);
        await AskAsync(host.Port, "GET /x HTTP/1.1\r\nHost: x.test\r\nConnection: close\r\n\r\n");
        Assert.Equal(seen, backend.Seen.Single().Target);
    }

    [Fact]
    public async Task TrailersOfAnAnswerWithoutABodyAreNotWaitedFor()
    {
        await using var backend = FaultyBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n");
        });
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        Assert.StartsWith("HTTP/1.1 304", await AskAsync(host.Port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HeadersOfOneConnectionStayBehindAndThePeerIsAdded()
    {
        await using var backend = await Backend.StartAsync();
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        await AskAsync(host.Port, "GET / HTTP/1.1\r\nHost: x.test\r\nKeep-Alive: 5\r\nProxy-Authorization: x\r\nTE: trailers\r\nX-One: 1\r\nX-Forwarded-For: 10.0.0.1\r\nConnection: X-One\r\nX-Two: a\r\nX-Two: b\r\n\r\n");
        var seen = backend.Seen.Single();
        Assert.Null(seen.Header("Keep-Alive"));
        Assert.Null(seen.Header("Proxy-Authorization"));
        Assert.Null(seen.Header("X-One"));
        Assert.Null(seen.Header("User-Agent"));
        Assert.Equal("trailers", seen.Header("TE"));
        Assert.Equal("10.0.0.1, 127.0.0.1", seen.Header("X-Forwarded-For"));
        Assert.Equal("a, b", seen.Header("X-Two"));
        Assert.Equal("x.test", seen.Header("Host"));
    }

    [Fact]
    public async Task ContentHeadersPassWithoutABody()
    {
        await using var backend = await Backend.StartAsync();
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        await AskAsync(host.Port, "GET / HTTP/1.1\r\nHost: x.test\r\nContent-Type: text/x\r\nUpgrade-Insecure-Requests: 1\r\nConnection: close\r\n\r\n");
        Assert.Equal("text/x", backend.Seen.Single().Header("Content-Type"));
        Assert.Equal("1", backend.Seen.Single().Header("Upgrade-Insecure-Requests"));
    }

    [Fact]
    public async Task ARefusedConnectionIsABadGateway()
    {
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing($"http://127.0.0.1:{FreePort.Next()}"));
        using var answer = await host.Client.GetAsync("/");
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal("Bad Gateway", await answer.Content.ReadAsStringAsync());
        Assert.Equal(ForwardOutcome.NotSent, host.LastState!.Outcome);
        Assert.Contains(host.Log.Lines, line => line.Message.Contains("Connection refused", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadGateway)]
    [InlineData("garbage\r\n\r\n", HttpStatusCode.InternalServerError)]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n", HttpStatusCode.InternalServerError)]
    [InlineData("HTTP/1.1 200 OK\r\nBroken\r\n\r\n", HttpStatusCode.InternalServerError)]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: 1\r\n", HttpStatusCode.InternalServerError)]
    public async Task AnAnswerThatIsNoneBecomesAnError(string written, HttpStatusCode expected)
    {
        await using var backend = FaultyBackend.ThatWrites(written);
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        using var content = new StringContent("x");
        using var answer = await host.Client.PostAsync("/", content);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(ForwardOutcome.SentAndFailed, host.LastState!.Outcome);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A")]
    public async Task AResetBeforeTheEndOfTheHeadIsABadGateway(string written)
    {
        await using var backend = FaultyBackend.ThatResetsAfter(written);
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        using var content = new StringContent("x");
        using var answer = await host.Client.PostAsync("/", content);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
    }

    [Fact]
    public async Task AResetInsideTheBodyCutsTheClientToo()
    {
        await using var backend = FaultyBackend.ThatResetsAfter("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        await Assert.ThrowsAnyAsync<Exception>(() => host.Client.GetStringAsync("/"));
    }

    [Fact]
    public async Task AnAnswerShorterThanItsLengthIsNotTakenForWhole()
    {
        await using var backend = FaultyBackend.ThatWrites("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        await Assert.ThrowsAnyAsync<Exception>(() => host.Client.GetStringAsync("/"));
    }

    [Fact]
    public async Task AnAnswerLongerThanItsLengthIsCut()
    {
        await using var backend = FaultyBackend.ThatWrites("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef");
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        Assert.Equal("abc", await host.Client.GetStringAsync("/"));
    }

    [Fact]
    public async Task AServerThatHangsIsAGatewayTimeout()
    {
        await using var backend = FaultyBackend.ThatHangs();
        var service = new HttpServiceConfig { LoadBalancer = new LoadBalancerOptions { Servers = [new ServerOptions { Url = backend.Url }], ServersTransport = "quick" } };
        var timeouts = new ForwardingTimeoutsConfig { ResponseHeaderTimeout = GoDuration.FromMilliseconds(100) };
        await using var host = await ServiceHost.StartAsync(service, new() { ["quick"] = new ServersTransportConfig { ForwardingTimeouts = timeouts } });
        using var content = new StringContent("x");
        using var answer = await host.Client.PostAsync("/", content);
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.Equal("Gateway Timeout", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task AConnectionThatTheServerHasClosedIsInvisibleToIdempotentRequests()
    {
        await using var backend = FaultyBackend.ThatClosesAfterOne();
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        for (var i = 0; i < 20; i++)
        {
            using var answer = await host.Client.GetAsync("/");
            Assert.True(answer.IsSuccessStatusCode, i + string.Join("; ", host.Log.Lines.Select(line => line.Message)));
        }

        Assert.True(backend.Connections > 1);
    }

    [Fact]
    public async Task TheHeadArrivesBeforeABodyThatIsSlowToCome()
    {
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var backend = FaultyBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n");
            await sent.Task;
            await connection.WriteAsync("2\r\nok\r\n0\r\nX-Sum: 9\r\n\r\n");
        });
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        using var answer = await host.Client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        sent.SetResult();
        Assert.Equal("ok", await answer.Content.ReadAsStringAsync());
        Assert.Equal("9", answer.TrailingHeaders.GetValues("X-Sum").Single());
        Assert.Equal(2, host.LastState!.OriginBytes);
    }

    [Fact]
    public async Task AnyProtocolCanBeUpgradedTo()
    {
        await using var backend = FaultyBackend.Start(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            Assert.Contains("Upgrade: chat", head, StringComparison.OrdinalIgnoreCase);
            await connection.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n");
            await connection.WriteAsync("you said " + await connection.ReadSomeAsync());
        });
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, host.Port);
        var stream = client.GetStream();
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n"u8.ToArray());
        Assert.Contains("101 Switching Protocols", await ReadUntilAsync(stream, "\r\n\r\n"), StringComparison.Ordinal);
        await stream.WriteAsync("hello"u8.ToArray());
        Assert.Equal("you said hello", await ReadUntilAsync(stream, "hello"));
    }

    [Fact]
    public async Task AServerThatSwitchesProtocolsUnaskedGetsNoTunnel()
    {
        await using var backend = FaultyBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n");
        });
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        Assert.StartsWith("HTTP/1.1 500", await AskAsync(host.Port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AClientThatGoesAwayIsNotTheServersFault()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var backend = FaultyBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            Assert.Equal("", await connection.ReadSomeAsync());
            gone.SetResult();
        });
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, host.Port);
            await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
            await Eventually.HoldsAsync("the server is asked", () => backend.Connections > 0);
        }

        await gone.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync("the outcome is known", () => host.LastState!.Outcome == ForwardOutcome.ClientGone);
    }

    [Theory]
    [InlineData("CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n", 501)]
    public async Task TunnelsAreRefused(string request, int status)
    {
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing("http://127.0.0.1:1"));
        var answer = await AskAsync(host.Port, request);
        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALongUploadIsNotCut()
    {
        await using var backend = await Backend.StartAsync(answer: async context =>
        {
            var count = 0;
            var buffer = new byte[4096];
            while (await context.Request.Body.ReadAsync(buffer) is var read and > 0)
            {
                count += read;
            }

            await context.Response.WriteAsync(count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        });
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        using var content = new ByteArrayContent(new byte[3_000_000]);
        using var answer = await host.Client.PostAsync("/", content);
        Assert.Equal("3000000", await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> AskAsync(int port, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        return await ReadUntilAsync(stream, "\r\n\r\n");
    }

    private static async Task<string> ReadUntilAsync(NetworkStream stream, string end)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer);
            if (count == 0)
            {
                break;
            }

            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return text.ToString();
    }
}
