using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ingress.Providers.DockerEngine.SocketFilter;

/// <summary>
/// Offers the readable part of an engine's API on a Unix socket. Of a request only method and target are looked at; what reaches the engine is a request of
/// our own, without the client's headers and without a body. Of the answer what <see cref="EngineAnswers"/> lists is passed on.
/// </summary>
internal sealed partial class FilterServer : IAsyncDisposable
{
    private const long LongestAnswer = 256 * 1024 * 1024;
    private const int MostRefusals = 1000;
    private const int LongestShown = 200;

    // What clients learn about the engine from: all else that an engine sends in headers stays behind.
    private static readonly string[] VisibleHeaders = ["Api-Version", "Docker-Experimental", "Libpod-Api-Version", "Ostype", "Server", "Swarm"];

    private readonly HttpMessageInvoker engine;
    private readonly Uri address;
    private readonly EngineEndpoint endpoint;
    private readonly WebApplication application;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private readonly HashSet<string> refused = new(StringComparer.Ordinal);

    private FilterServer(EngineEndpoint endpoint, SocketFile file, ILogger logger)
    {
        this.endpoint = endpoint;
        this.logger = logger;
        (var handler, address) = EngineTransport.Connect(endpoint);
        engine = new HttpMessageInvoker(handler);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.Configure<SocketTransportOptions>(options => options.CreateBoundListenSocket = _ => file.Bind());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.ListenUnixSocket(file.Path, listen => listen.Protocols = HttpProtocols.Http1);
        });
        application = builder.Build();
        application.Run(AnswerAsync);
    }

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The socket's file cannot be made.</exception>
    /// <exception cref="NotSupportedException">The endpoint's scheme is unknown.</exception>
    public static async Task<FilterServer> StartAsync(EngineEndpoint endpoint, SocketFile file, ILogger logger)
    {
        var server = new FilterServer(endpoint, file, logger);
        try
        {
            await server.application.StartAsync().ConfigureAwait(false);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        LogStarted(logger, file.Path, endpoint.Address);
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync().ConfigureAwait(false);
        engine.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var method = context.Request.Method;
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var allowed = AllowedRequests.Find(method, target, out var refusal);
        if (context.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody)
        {
            // What the rest of the connection is would depend on how the body is read.
            context.Response.Headers.Connection = "close";
            (allowed, refusal) = (null, allowed is null ? refusal : "a body is not allowed");
        }

        if (allowed is null)
        {
            await RefuseAsync(context, $"{method} {target.Split('?')[0]}", refusal).ConfigureAwait(false);
            return;
        }

        try
        {
            await AskAsync(context, method, allowed).ConfigureAwait(false);
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested && (EngineFault.Is(exception) || exception is ObjectDisposedException))
        {
            // The client has gone.
        }
        catch (Exception exception) when (EngineFault.Is(exception))
        {
            var text = EngineFault.Text(exception);
            LogEngineFailed(logger, endpoint.Address, text);
            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }

            await MessageAsync(context, StatusCodes.Status502BadGateway, $"the engine behind this socket does not answer: {text}").ConfigureAwait(false);
        }
    }

    private async Task AskAsync(HttpContext context, string method, AllowedRequest allowed)
    {
        var cancellation = context.RequestAborted;
        using var question = new HttpRequestMessage(method == "GET" ? HttpMethod.Get : HttpMethod.Head, new Uri($"{address.Scheme}://{address.Authority}{allowed.Target}"));
        if (endpoint.Authorization is not null)
        {
            question.Headers.TryAddWithoutValidation("Authorization", endpoint.Authorization);
        }

        using var answer = await engine.SendAsync(question, cancellation).ConfigureAwait(false);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var name in VisibleHeaders)
        {
            if (answer.Headers.NonValidated.TryGetValues(name, out var values))
            {
                context.Response.Headers[name] = values.ToString();
            }
        }

        if (method == "HEAD")
        {
            return;
        }

        if (!answer.IsSuccessStatusCode || allowed.Endpoint.Answer is null)
        {
            await BriefAsync(context, answer, cancellation).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "application/json";
        if (allowed.Endpoint.Answer == EngineAnswers.Event)
        {
            // The client waits for the head before the first event comes.
            await context.Response.StartAsync(cancellation).ConfigureAwait(false);
            await context.Response.BodyWriter.FlushAsync(cancellation).ConfigureAwait(false);
            var events = await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            await EventLines.CopyAsync(events, context.Response.BodyWriter, cancellation).ConfigureAwait(false);
            return;
        }

        await answer.Content.LoadIntoBufferAsync(LongestAnswer, cancellation).ConfigureAwait(false);
        using var document = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), default, cancellation).ConfigureAwait(false);
        await WriteAsync(context, document, allowed.Endpoint.Answer).ConfigureAwait(false);
    }

    /// <summary>An error with its message, or the plain answer of a ping.</summary>
    private static async Task BriefAsync(HttpContext context, HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.IsSuccessStatusCode)
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync("OK", cancellation).ConfigureAwait(false);
            return;
        }

        await answer.Content.LoadIntoBufferAsync(LongestAnswer, cancellation).ConfigureAwait(false);
        try
        {
            using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false));
            context.Response.ContentType = "application/json";
            await WriteAsync(context, document, EngineAnswers.Error).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            await MessageAsync(context, context.Response.StatusCode, answer.ReasonPhrase ?? "").ConfigureAwait(false);
        }
    }

    private static async Task WriteAsync(HttpContext context, JsonDocument document, VisibleFields visible)
    {
        await using (var writer = new Utf8JsonWriter(context.Response.BodyWriter, VisibleFields.Writing))
        {
            visible.Write(document.RootElement, writer);
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private async Task RefuseAsync(HttpContext context, string request, string refusal)
    {
        var shown = request.Length > LongestShown ? request[..LongestShown] + "…" : request;
        if (IsNew(shown))
        {
            LogRefused(logger, shown, refusal);
        }

        await MessageAsync(context, StatusCodes.Status403Forbidden, $"{shown} is refused by ingress socket-filter: {refusal}").ConfigureAwait(false);
    }

    private bool IsNew(string request)
    {
        lock (gate)
        {
            return refused.Count < MostRefusals && refused.Add(request);
        }
    }

    private static async Task MessageAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await using (var writer = new Utf8JsonWriter(context.Response.BodyWriter, VisibleFields.Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("message", message);
            writer.WriteEndObject();
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "socket-filter: {File} offers reading from the engine at {Engine}")]
    private static partial void LogStarted(ILogger logger, string file, string engine);

    [LoggerMessage(Level = LogLevel.Warning, Message = "socket-filter: {Request} is refused: {Refusal}")]
    private static partial void LogRefused(ILogger logger, string request, string refusal);

    [LoggerMessage(Level = LogLevel.Error, Message = "socket-filter: the engine at {Engine} does not answer: {Fault}")]
    private static partial void LogEngineFailed(ILogger logger, string engine, string fault);
}
