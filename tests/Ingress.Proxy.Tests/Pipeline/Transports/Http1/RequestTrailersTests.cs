using System.Net;
using System.Net.Sockets;
using System.Text;
using Ingress.Proxy.Tests.Pipeline.Services;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Pipeline.Transports.Http1;

public sealed class RequestTrailersTests
{
    [Theory]
    [InlineData("Trailer: X-Sum", "X-Sum: 9", "X-Sum: 9")]
    [InlineData("Trailer: X-Sum, X-More", "x-sum: 9\r\nX-More: 10", "x-sum: 9|X-More: 10")]
    [InlineData("X-None: 1", "X-Sum: 9", "")]
    [InlineData("Trailer: X-Sum", "X-Other: 1", "")]
    [InlineData("Trailer: X-Sum\r\nX-Sum: head", "X-Sum: 9", "")]
    [InlineData("Trailer: Authorization, X-Forwarded-For, Content-Type, Cookie", "Authorization: Basic x\r\nX-Forwarded-For: 1.2.3.4\r\nContent-Type: a/b\r\nCookie: a=b", "")]
    public async Task WhatIsAnnouncedFollowsTheBody(string header, string trailers, string expected)
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var backend = FaultyBackend.Start(async connection =>
        {
            var text = new StringBuilder(await connection.ReadHeadAsync());
            while (!text.ToString().Contains("\r\n0\r\n", StringComparison.Ordinal) || !text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                text.Append(await connection.ReadSomeAsync());
            }

            seen.SetResult(text.ToString());
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, host.Port);
        var request = $"POST / HTTP/1.1\r\nHost: x\r\n{header}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n{trailers}\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));

        var sent = await seen.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var announced = sent.Split("\r\n").Where(line => line.StartsWith("Trailer: ", StringComparison.Ordinal));
        Assert.Equal(header.Split("\r\n").Where(line => line.StartsWith("Trailer: ", StringComparison.Ordinal)), announced);
        var behind = sent[(sent.IndexOf("\r\n0\r\n", StringComparison.Ordinal) + 5)..].Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries), behind);
    }
}
