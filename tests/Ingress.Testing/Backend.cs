using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ingress.Testing;

/// <summary>A request as a backend received it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">The request line's target, byte for byte.</param>
/// <param name="Headers">All header fields in order, one entry a value.</param>
/// <param name="Body">The body as text.</param>
public sealed record SeenRequest(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body)
{
    /// <summary>The values of a header, joined by a comma; null where it was not sent.</summary>
    public string? Header(string name)
    {
        var values = Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).ToList();
        return values.Count == 0 ? null : string.Join(", ", values);
    }
}

/// <summary>A real HTTP server on loopback. It answers with its name and a description of the request, remembers what it got, and echoes WebSocket messages.</summary>
public sealed class Backend : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ConcurrentQueue<SeenRequest> seen = new();

    private Backend(string name, WebApplication application)
    {
        Name = name;
        this.application = application;
    }

    /// <summary>The name with which it answers.</summary>
    public string Name { get; }

    /// <summary>Its URL, such as <c>http://127.0.0.1:40001</c>.</summary>
    public string Url => application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();

    /// <summary>Its port.</summary>
    public int Port => new Uri(Url).Port;

    /// <summary>All requests so far.</summary>
    public IReadOnlyCollection<SeenRequest> Seen => seen;

    /// <summary>Starts a backend. <paramref name="answer"/> replaces the description of the request as its answer.</summary>
    public static async Task<Backend> StartAsync(string name = "backend", RequestDelegate? answer = null, HttpProtocols protocols = HttpProtocols.Http1, int port = 0)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = null;
            options.Limits.MinRequestBodyDataRate = null;
            options.Limits.MinResponseDataRate = null;
            options.Listen(IPAddress.Loopback, port, listen => listen.Protocols = protocols);
        });
        builder.Logging.ClearProviders();
        var backend = new Backend(name, builder.Build());
        backend.application.UseWebSockets();
        backend.application.Run(context => backend.AnswerAsync(context, answer));
        await backend.application.StartAsync();
        return backend;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, RequestDelegate? answer)
    {
        if (answer is not null)
        {
            seen.Enqueue(Describe(context, ""));
            await answer(context);
            return;
        }

        if (context.WebSockets.IsWebSocketRequest)
        {
            seen.Enqueue(Describe(context, ""));
            await EchoAsync(context);
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var request = Describe(context, await reader.ReadToEndAsync());
        seen.Enqueue(request);
        var headers = new JsonArray([.. request.Headers.Select(header => new JsonArray(header.Key, header.Value))]);
        var description = new JsonObject
        {
            ["backend"] = Name,
            ["method"] = request.Method,
            ["target"] = request.Target,
            ["headers"] = headers,
            ["body"] = request.Body,
        };
        context.Response.ContentType = "application/json";
        context.Response.Headers["X-Backend"] = Name;
        await context.Response.WriteAsync(description.ToJsonString());
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[16 * 1024];
        while (socket.State == WebSocketState.Open)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", context.RequestAborted);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
        }
    }

    private static SeenRequest Describe(HttpContext context, string body)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var headers = context.Request.Headers.SelectMany(header => header.Value.Select(value => KeyValuePair.Create(header.Key, value ?? "")));
        return new SeenRequest(context.Request.Method, target, [.. headers], body);
    }
}
