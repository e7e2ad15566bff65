using System.Net;
using Ingress.Proxy.Pipeline.Transports.Http1;
using Ingress.Proxy.Tests.Pipeline.Services;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Pipeline.Transports.Http1;

/// <summary>A server that proves whom a connection belongs to, in two steps, as NTLM does; afterwards the connection is that user's.</summary>
public sealed class PinnedConnectionsTests
{
    [Theory]
    [InlineData("NTLM")]
    [InlineData("Negotiate")]
    public async Task AClientsProofTakesOneConnectionAndServesNobodyElse(string scheme)
    {
        await using var backend = BoundTo(scheme);
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        using var anna = NewClient(host);
        using var bert = NewClient(host);
        using var carl = NewClient(host);
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(scheme, await AskAsync(anna));
            Assert.Equal(scheme, await AskAsync(bert));
            Assert.StartsWith(scheme + " challenge", await AskAsync(anna, $"{scheme} anna"), StringComparison.Ordinal);
            Assert.StartsWith(scheme + " challenge", await AskAsync(bert, $"{scheme} bert"), StringComparison.Ordinal);
            Assert.Equal(scheme, await AskAsync(carl));
            Assert.Equal("anna", await AskAsync(anna, $"{scheme} answer"));
            Assert.Equal("bert", await AskAsync(bert, $"{scheme} answer"));
            Assert.Equal("anna", await AskAsync(anna));
            Assert.Equal("bert", await AskAsync(bert));
            Assert.Equal(scheme, await AskAsync(carl));
            Assert.Equal("nobody", await AskAsync(anna, "Basic x"));
            Assert.Equal(scheme, await AskAsync(anna));
            Assert.Equal("nobody", await AskAsync(bert, "Basic x"));
        }
    }

    [Fact]
    public async Task AProofInOneStepServesNobodyElse()
    {
        // As with Kerberos: the first request carries all, and nothing in the answer tells of it.
        await using var backend = FaultyBackend.Start(async connection =>
        {
            var user = "nobody";
            while (await connection.ReadHeadAsync() is { Length: > 0 } head)
            {
                user = head.Contains("Negotiate ticket", StringComparison.Ordinal) ? "anna" : user;
                await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: {user.Length}\r\n\r\n{user}");
            }
        });
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        using var anna = NewClient(host);
        using var bert = NewClient(host);
        Assert.Equal("anna", await AskAsync(anna, "Negotiate ticket"));
        Assert.Equal("nobody", await AskAsync(bert));
        Assert.Equal("anna", await AskAsync(anna));
    }

    [Fact]
    public async Task TheServersConnectionEndsWithTheClients()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var backend = FaultyBackend.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { Length: > 0 })
            {
                await connection.WriteAsync("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nWWW-Authenticate: ntlm\r\nContent-Length: 0\r\n\r\n");
            }

            ended.SetResult();
        });
        await using var host = await ServiceHost.StartAsync(ServiceHost.Balancing(backend.Url));
        using (var client = NewClient(host))
        {
            Assert.Equal("Basic, ntlm", await AskAsync(client));
            Assert.False(ended.Task.IsCompleted);
        }

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(1, backend.Connections);
    }

    [Fact]
    public async Task AfterTheClientHasGoneConnectionsAreNotKept()
    {
        await using var backend = BoundTo("NTLM");
        using var shared = new Http1Pool((_, _) => throw new InvalidOperationException(), mayNegotiate: false, TimeSpan.FromSeconds(1), 1);
        using var pinned = new PinnedConnections();
        pinned.Dispose();
        using var late = pinned.Pin(shared);
        Assert.NotSame(shared, late);
        Assert.Same(late, pinned.Pin(shared));
        Assert.Null(late.Take(mustBeAlive: false));
    }

    private static FaultyBackend BoundTo(string scheme) => FaultyBackend.Start(async connection =>
    {
        string? asking = null;
        string? user = null;
        while (await connection.ReadHeadAsync() is { Length: > 0 } head)
        {
            var given = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Authorization: ", StringComparison.OrdinalIgnoreCase))?[15..];
            string? challenge = null;
            if (given == $"{scheme} answer" && asking is not null)
            {
                (user, asking) = (asking, null);
            }
            else if (given?.StartsWith(scheme, StringComparison.Ordinal) == true)
            {
                (user, asking) = (null, given[(scheme.Length + 1)..]);
                challenge = $"{scheme} challenge for {asking}";
            }
            else if (given is not null)
            {
                // Ends the session, so that a test can begin anew.
                (user, asking) = (null, null);
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nnobody");
                continue;
            }
            else if (user is null)
            {
                challenge = scheme;
            }

            await connection.WriteAsync(challenge is null
                ? $"HTTP/1.1 200 OK\r\nContent-Length: {user!.Length}\r\n\r\n{user}"
                : $"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: {challenge}\r\nContent-Length: 0\r\n\r\n");
        }
    });

    private static HttpClient NewClient(ServiceHost host)
        => new(new SocketsHttpHandler { UseCookies = false, MaxConnectionsPerServer = 1 }) { BaseAddress = new Uri($"http://127.0.0.1:{host.Port}") };

    // The body of an answer, or the challenge of a refusal.
    private static async Task<string> AskAsync(HttpClient client, string? authorization = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var answer = await client.SendAsync(request);
        return answer.StatusCode == HttpStatusCode.Unauthorized ? string.Join(", ", answer.Headers.NonValidated["WWW-Authenticate"]) : await answer.Content.ReadAsStringAsync();
    }
}
