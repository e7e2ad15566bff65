using System.Globalization;
using System.Text.Json.Nodes;

namespace Ingress.Testing;

/// <summary>The built program as a process of its own, on free ports, with a folder for its files.</summary>
public sealed class ProxyProcess : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string address;
    private ProgramRun? run;

    private ProxyProcess(string address)
    {
        this.address = address;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { BaseAddress = Web };
    }

    /// <summary>The port of the entry point <c>web</c>.</summary>
    public int WebPort { get; } = FreePort.Next();

    /// <summary>The port of the entry point <c>traefik</c>.</summary>
    public int ApiPort { get; } = FreePort.Next();

    /// <summary>The URL of the entry point <c>web</c>.</summary>
    public Uri Web => new($"http://{address}:{WebPort}");

    /// <summary>The URL of the entry point <c>traefik</c>.</summary>
    public Uri Api => new($"http://{address}:{ApiPort}");

    /// <summary>A client whose relative URLs go to <c>web</c>. It follows no redirection and keeps no cookies.</summary>
    public HttpClient Client { get; }

    /// <summary>The process.</summary>
    public ProgramRun Run => run!;

    /// <summary>Starts the proxy and returns once it answers <c>/ping</c> and has taken in its dynamic file.</summary>
    public static async Task<ProxyProcess> StartAsync(ProxySetup? setup = null)
    {
        setup ??= new ProxySetup();
        var proxy = Start(setup);
        try
        {
            await proxy.ReadyAsync();
            if (setup.Dynamic.Contains("routers", StringComparison.Ordinal))
            {
                await Eventually.HoldsAsync("the dynamic file is applied", async () => (await proxy.RoutersAsync()).Any(name => name.EndsWith("@file", StringComparison.Ordinal)));
            }
        }
        catch (Exception)
        {
            await proxy.DisposeAsync();
            throw;
        }

        return proxy;
    }

    /// <summary>Starts the proxy and does not wait for anything, for configurations that it may refuse.</summary>
    public static ProxyProcess Start(ProxySetup setup)
    {
        var proxy = new ProxyProcess(setup.Address);
        proxy.WriteDynamic(setup.Dynamic);
        var file = proxy.folder.Write(setup.StaticName, proxy.Fill(setup.Static));
        string[] command = [.. setup.Wrapper, Repository.Binary, "--configFile=" + file, .. setup.Arguments.Select(proxy.Fill)];
        proxy.run = ProgramRun.Start(command[0], command[1..], proxy.folder.Path, setup.Environment);
        return proxy;
    }

    /// <summary>A file in the proxy's folder.</summary>
    public string File(string name) => folder.File(name);

    /// <summary>Replaces a file in the proxy's folder; placeholders are filled in.</summary>
    public void Write(string name, string text) => folder.Write(name, Fill(text));

    /// <summary>Replaces the dynamic configuration.</summary>
    public void WriteDynamic(string text) => Write("dynamic.yml", text);

    /// <summary>The names of all HTTP routers that the API shows.</summary>
    public async Task<IReadOnlyList<string>> RoutersAsync()
    {
        var data = await RawDataAsync();
        return [.. (data["routers"] as JsonObject ?? []).Select(pair => pair.Key)];
    }

    /// <summary>What <c>/api/rawdata</c> answers.</summary>
    public async Task<JsonNode> RawDataAsync() => JsonNode.Parse(await Client.GetStringAsync(new Uri(Api, "/api/rawdata")))!;

    /// <summary>One request for a host and a path to <c>web</c>.</summary>
    public async Task<HttpResponseMessage> GetAsync(string host, string path = "/", CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;
        return await Client.SendAsync(request, cancellation);
    }

    /// <summary>Returns once <c>/ping</c> answers; throws with the log where the process ends before that.</summary>
    public async Task ReadyAsync() => await Eventually.HoldsAsync("the proxy is ready", AnswersPingAsync, TimeSpan.FromSeconds(30));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (run is not null)
        {
            await run.DisposeAsync();
        }

        folder.Dispose();
    }

    private async Task<bool> AnswersPingAsync()
    {
        if (Run.HasExited)
        {
            throw new InvalidOperationException($"the proxy ended\n{Run.Output}");
        }

        try
        {
            using var answer = await Client.GetAsync(new Uri(Api, "/ping"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private string Fill(string text) => text
        .Replace("{web}", WebPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{api}", ApiPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{dir}", folder.Path, StringComparison.Ordinal);
}
