using System.Net;
using Ingress.Proxy.Tests.NameServers;
using Ingress.Proxy.Tls.Acme.Dns;
using Ingress.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tests.Tls.Acme.Dns;

/// <summary>
/// Stands in for the HTTP interface of every DNS provider: a server on loopback that gives prepared answers and keeps what it was asked, with a name
/// server that knows the zone <c>example.com</c>.
/// </summary>
internal sealed class ProviderRecorder : IAsyncDisposable
{
    private const string AskedFor = "X-Asked-For";

    private readonly WebApplication web;
    private readonly Dictionary<string, Queue<(int Status, string Body)>> answers = [];

    private ProviderRecorder(WebApplication web) => this.web = web;

    public int Port { get; private init; }

    public FakeNameServer Names { get; } = new("example.com", "test.duckdns.org");

    public List<Call> Calls { get; } = [];

    /// <summary>Method, URL and body of every call, a line each.</summary>
    public string Script => string.Join('\n', Calls.Select(call => $"{call.Method} {call.Url}{(call.Body.Length > 0 ? " " + call.Body : "")}"));

    public static async Task<ProviderRecorder> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var port = FreePort.Next();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var web = builder.Build();
        var recorder = new ProviderRecorder(web) { Port = port };
        web.Run(recorder.AnswerAsync);
        await web.StartAsync();
        return recorder;
    }

    /// <summary>Prepares an answer for <c>METHOD URL</c>; several for one are given in turn, the last one for ever.</summary>
    public ProviderRecorder Answer(string call, string body, int status = 200)
    {
        (answers.TryGetValue(call, out var queue) ? queue : answers[call] = new Queue<(int, string)>()).Enqueue((status, body));
        return this;
    }

    /// <summary>The provider, with these variables and nothing else in its environment.</summary>
    public IDnsProvider Provider(string code, params (string Name, string Value)[] environment) =>
        DnsProviderCatalog.Create(code, Setup(environment.ToDictionary(entry => entry.Name, entry => entry.Value)));

    public ProviderSetup Setup(IReadOnlyDictionary<string, string> environment) => new(Names.Lookup, environment.GetValueOrDefault, TimeProvider.System, new LogCollector().CreateLogger("dns"))
    {
        Handler = () => new Diversion(Port) { InnerHandler = new SocketsHttpHandler() },
    };

    public async ValueTask DisposeAsync()
    {
        await web.DisposeAsync();
        await Names.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var url = context.Request.Headers[AskedFor].ToString();
        var headers = context.Request.Headers.Where(header => header.Key != AskedFor).ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var call = new Call(context.Request.Method, url, await reader.ReadToEndAsync(), headers);
        Calls.Add(call);
        var (status, body) = answers.TryGetValue($"{call.Method} {url}", out var queue) ? queue.Count > 1 ? queue.Dequeue() : queue.Peek() : (599, "not prepared");
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(body);
    }

    internal sealed record Call(string Method, string Url, string Body, IReadOnlyDictionary<string, string> Headers);

    /// <summary>Sends to the recorder whatever was meant for a provider.</summary>
    private sealed class Diversion(int port) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add(AskedFor, request.RequestUri!.OriginalString);
            request.RequestUri = new Uri($"http://127.0.0.1:{port}{request.RequestUri.PathAndQuery}");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
