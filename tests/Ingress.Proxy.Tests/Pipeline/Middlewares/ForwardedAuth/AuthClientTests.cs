using Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.ForwardedAuth;

public sealed class AuthClientTests
{
    [Fact]
    public async Task HeadersGoOutLineByLine()
    {
        await using var auth = FaultyBackend.Start(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            var lines = head.Split("\r\n").Count(line => line.StartsWith("X-A: ", StringComparison.Ordinal));
            await connection.WriteAsync($"HTTP/1.1 403 No\r\nContent-Length: 1\r\n\r\n{lines}");
        });
        using var client = new AuthClient(new Uri(auth.Url + "/"), null);
        using var request = new HttpRequestMessage(HttpMethod.Get, auth.Url);
        request.Headers.TryAddWithoutValidation("X-A", ["1", "2"]);
        var answer = await client.AskAsync(request, null, CancellationToken.None);
        Assert.Equal("2"u8.ToArray(), answer.Body.ToArray());
    }

    [Fact]
    public async Task AConnectionServesManyRequests()
    {
        await using var auth = FaultyBackend.Start(async connection =>
        {
            while ((await connection.ReadHeadAsync()).Length > 0)
            {
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n0\r\nX-T: 1\r\n\r\n");
            }
        });
        using var client = new AuthClient(new Uri(auth.Url + "/"), null);
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await AskAsync(client, auth.Url)).IsPass);
        }

        Assert.Equal(1, auth.Connections);
    }

    [Fact]
    public async Task AConnectionThatTheServerClosedIsReplaced()
    {
        await using var auth = FaultyBackend.ThatClosesAfterOne();
        using var client = new AuthClient(new Uri(auth.Url + "/"), null);
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await AskAsync(client, auth.Url)).IsPass);
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd", 4, false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde", 4, true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 4, true)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde", 4, true)]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 0, false)]
    public async Task ReadsWithinTheLimit(string text, long limit, bool isTooLarge)
    {
        await using var auth = FaultyBackend.ThatWrites(text);
        using var client = new AuthClient(new Uri(auth.Url + "/"), null);
        Assert.Equal(isTooLarge, (await AskAsync(client, auth.Url, limit)).IsTooLarge);
    }

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")]
    public async Task ABrokenAnswerDoesNotCount(string text)
    {
        await using var auth = FaultyBackend.ThatWrites(text);
        using var client = new AuthClient(new Uri(auth.Url + "/"), null);
        await Assert.ThrowsAnyAsync<IOException>(() => AskAsync(client, auth.Url));
    }

    private static async Task<AuthAnswer> AskAsync(AuthClient client, string url, long? limit = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        return await client.AskAsync(request, limit, CancellationToken.None);
    }
}
