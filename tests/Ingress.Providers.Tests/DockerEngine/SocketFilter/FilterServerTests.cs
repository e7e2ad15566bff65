using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ingress.Providers.DockerEngine;
using Ingress.Providers.DockerEngine.SocketFilter;
using Ingress.Testing;

namespace Ingress.Providers.Tests.DockerEngine.SocketFilter;

public sealed partial class FilterServerTests : IDisposable
{
    private const int Mutations = 6000;

    private static readonly byte[] LastRequest = "\r\n\r\nGET /nodes HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n"u8.ToArray();

    private readonly TemporaryFolder folder = new();
    private readonly LogCollector log = new();

    private string Socket => folder.File("filter.sock");

    private string Engine => folder.File("engine.sock");

    /// <inheritdoc/>
    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task NothingButTheListPassesInAnySpelling()
    {
        await using var engine = new EngineRecorder(Engine);
        await using (await StartAsync())
        {
            await Parallel.ForAsync(0, Mutations, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (seed, cancellation) =>
                await SendAsync([.. RequestMutation.Of(seed), .. LastRequest], cancellation));
        }

        var passed = engine.Heads.Count(head => !head.Contains("/nodes ", StringComparison.Ordinal));
        Assert.True(passed > Mutations / 20, $"only {passed} of {Mutations} requests passed");
        Assert.Empty(engine.Leftovers);
        Assert.All(engine.Heads, head => Assert.Matches(OneSpelling(), head));
    }

    [Fact]
    public async Task AnUnlistedRequestIsRefusedInDockersFormAndLoggedOnce()
    {
        await using var engine = new EngineRecorder(Engine);
        await using var server = await StartAsync();
        using var client = Client();

        for (var attempt = 0; attempt < 3; attempt++)
        {
            using var answer = await client.PostAsync("/v1.41/containers/create?name=x", new StringContent("{}", Encoding.UTF8, "application/json"));
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
            Assert.StartsWith("POST /v1.41/containers/create is refused", (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["message"], StringComparison.Ordinal);
        }

        Assert.Empty(engine.Heads);
        Assert.Single(log.Lines, line => line.Message.Contains("POST /v1.41/containers/create is refused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task HeadersOfTheClientStayBehind()
    {
        await using var engine = new EngineRecorder(Engine);
        await using var server = await StartAsync();
        using var client = Client();
        client.DefaultRequestHeaders.Add("X-Registry-Auth", "x");
        client.DefaultRequestHeaders.Add("Authorization", "Basic x");

        Assert.Equal("[]", await client.GetStringAsync("/containers/json?all=1"));
        Assert.Equal("GET /containers/json?all=1 HTTP/1.1\r\nHost: docker", Assert.Single(engine.Heads));
    }

    [Fact]
    public async Task OfTheAnswersHeadersOnlyThoseThatTellOfTheEnginePass()
    {
        await using var engine = new EngineRecorder(Engine, "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nServer: Docker/20.10 (linux)\r\nX-Secret: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]");
        await using var server = await StartAsync();
        using var client = Client();
        using var answer = await client.GetAsync("/networks");

        Assert.Equal("1.41", Assert.Single(answer.Headers.GetValues("Api-Version")));
        Assert.Equal("Docker/20.10 (linux)", answer.Headers.Server.ToString());
        Assert.False(answer.Headers.Contains("X-Secret"));
    }

    [Fact]
    public async Task AnErrorOfTheEngineKeepsItsStatusAndMessage()
    {
        const string Body = "{\"message\":\"No such container: x\",\"other\":\"secret\"}";
        await using var engine = new EngineRecorder(Engine, $"HTTP/1.1 404 Not Found\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");
        await using var server = await StartAsync();
        using var client = Client();
        using var answer = await client.GetAsync("/containers/x/json");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("{\"message\":\"No such container: x\",\"other\":\"\"}", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task AnEngineThatIsAwayIsTold()
    {
        await using var server = await StartAsync();
        using var client = Client();
        using var answer = await client.GetAsync("/containers/json");

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("does not answer", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAnswerThatIsNoJsonDoesNotPass()
    {
        await using var engine = new EngineRecorder(Engine, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nA=secret;;");
        await using var server = await StartAsync();
        using var client = Client();
        using var answer = await client.GetAsync("/containers/json");

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.DoesNotContain("secret", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EventsPassAsTheyComeWithoutCommandsAndWithoutHiddenKinds()
    {
        var release = new TaskCompletionSource();
        await using var engine = await Backend.StartAsync("engine", async context =>
        {
            await context.Response.StartAsync();
            await context.Response.Body.WriteAsync("{\"status\":\"exec_start: sh -c SECRET\",\"Type\":\"container\",\"Action\":\"exec_start: sh -c SECRET\",\"Actor\":{\"ID\":\"1\",\"Attributes\":{\"name\":\"app\"}},\"time\":1}\n"u8.ToArray());
            await context.Response.Body.FlushAsync();
            await release.Task;
            await context.Response.Body.WriteAsync("{\"Type\":\"secret\",\"Action\":\"create\",\"Actor\":{\"Attributes\":{\"name\":\"SECRET\"}}}\n{\"Type\":\"container\",\"Action\":\"health_status: healthy\",\"New\":\"SECRET\"}\n"u8.ToArray());
        });
        await using var server = await StartAsync("tcp://127.0.0.1:" + engine.Port);
        using var client = Client();
        using var answer = await client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());

        Assert.Equal("""{"status":"exec_start","Type":"container","Action":"exec_start","Actor":{"ID":"1","Attributes":{"name":"app"}},"time":1}""", await lines.ReadLineAsync());
        release.SetResult();
        Assert.Equal("""{"Type":"container","Action":"health_status: healthy","New":""}""", await lines.ReadLineAsync());
        Assert.Null(await lines.ReadLineAsync());
    }

    private Task<FilterServer> StartAsync(string? engine = null)
    {
        var file = SocketFile.From(new SocketFilterOptions { Listen = Socket }, out var fault) ?? throw new InvalidOperationException(fault);
        return FilterServer.StartAsync(EngineEndpoint.At(engine ?? "unix://" + Engine, null), file, log.CreateLogger("filter"));
    }

    private HttpClient Client() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellation) => new NetworkStream(await ConnectAsync(cancellation), ownsSocket: true),
    })
    {
        BaseAddress = new Uri("http://docker"),
    };

    private async Task<Socket> ConnectAsync(CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancellation);
        return socket;
    }

    /// <summary>Sends everything and reads until the server has answered all that it found in it and closed.</summary>
    private async Task SendAsync(byte[] request, CancellationToken cancellation)
    {
        using var socket = await ConnectAsync(cancellation);
        try
        {
            await socket.SendAsync(request, cancellation);
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer, cancellation) > 0)
            {
                // Only what reached the engine matters.
            }
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted)
        {
            // The server had seen enough.
        }
    }

    // Written without a look at the product's list: the only requests that may arrive.
    [GeneratedRegex("^(GET|HEAD) (/v[1-9][0-9]?\\.[0-9]{1,3})?/(_ping|version|info|events|containers/json|containers/[A-Za-z0-9][A-Za-z0-9_.-]*/json|(networks|services|tasks|nodes)(/[A-Za-z0-9][A-Za-z0-9_.-]*)?)"
        + "(\\?(all|size|limit|trunc_cmd|since|until|before|filters|verbose|scope|status|insertDefaults)=[A-Za-z0-9_.%-]*(&[a-zA-Z_]+=[A-Za-z0-9_.%-]*)*)? HTTP/1\\.1\r\nHost: docker\\z")]
    private static partial Regex OneSpelling();
}
