using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Observability;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>Turns each request of an entry point into a call of the handlers in force. One state object serves all requests of a connection.</summary>
internal sealed partial class ProxyApplication(string entryPoint, EntryPointOptions options, HandlerSwitch handlers, RequestObserver? observer, HostFlattening? flattening, TimeProvider time, ILogger logger)
    : IHttpApplication<ProxyApplication.Exchange>
{
    private readonly TimeSpan writeTimeout = options.Transport.RespondingTimeouts.WriteTimeout.ToTimeSpan();
    private readonly RequestPreparation preparation = new(options, time);

    /// <inheritdoc/>
    public Exchange CreateContext(IFeatureCollection contextFeatures)
    {
        Exchange exchange;
        if (contextFeatures is IHostContextContainer<Exchange> container)
        {
            exchange = container.HostContext ??= new Exchange();
        }
        else
        {
            exchange = new Exchange();
        }

        exchange.Context.Initialize(contextFeatures);
        exchange.State.Reset(exchange.Context);
        exchange.State.EntryPoint = entryPoint;
        contextFeatures.Set(exchange.State);
        return exchange;
    }

    /// <inheritdoc/>
    public Task ProcessRequestAsync(Exchange context)
    {
        var state = context.State;
        var connection = context.Context.Features.GetRequiredFeature<ConnectionState>();
        var refused = preparation.Prepare(state, connection);
        if (refused != Refusal.None)
        {
            return refused switch
            {
                Refusal.Text => PlainAnswers.ErrorAsync(context.Context, StatusCodes.Status400BadRequest, "Bad Request"),
                Refusal.Expectation => PlainAnswers.EmptyAsync(context.Context, StatusCodes.Status417ExpectationFailed),
                _ => PlainAnswers.EmptyAsync(context.Context, StatusCodes.Status400BadRequest),
            };
        }

        if (state.Target.Path == "*" && context.Context.Request.Method == HttpMethods.Options)
        {
            // A question to the server as a whole (RFC 9110 section 9.3.7), not to anything behind it.
            return PlainAnswers.EmptyAsync(context.Context, StatusCodes.Status200OK);
        }

        return flattening is null ? ObserveAsync(context) : FlattenAsync(flattening, context);
    }

    /// <inheritdoc/>
    public void DisposeContext(Exchange context, Exception? exception) => context.Context.Uninitialize();

    private async Task FlattenAsync(HostFlattening names, Exchange exchange)
    {
        exchange.State.FlattenedHost = await names.FlattenAsync(exchange.State.RoutingHost).ConfigureAwait(false);
        await ObserveAsync(exchange).ConfigureAwait(false);
    }

    private Task ObserveAsync(Exchange exchange) => observer is null ? AnswerAsync(exchange.State) : ObserveAsync(observer, exchange);

    private async Task ObserveAsync(RequestObserver requests, Exchange exchange)
    {
        var observation = exchange.Observation ??= new Observation();
        requests.Begin(observation, exchange.State);
        await AnswerAsync(exchange.State).ConfigureAwait(false);
        requests.End(observation, exchange.State);
    }

    private Task AnswerAsync(RequestState state)
    {
        var context = state.Context;
        var current = handlers.Current;
        var handler = (state.IsTls ? current.Https : current.Http).Match(state);
        if (handler is null)
        {
            return PlainAnswers.ErrorAsync(context, StatusCodes.Status404NotFound, "404 page not found");
        }

        return writeTimeout > TimeSpan.Zero ? GuardInTimeAsync(handler, context) : GuardAsync(handler, context);
    }

    // The client gets the whole answer within writeTimeout, or a closed connection.
    private async Task GuardInTimeAsync(RequestDelegate handler, HttpContext context)
    {
        using var deadline = time.CreateTimer(static state => ((IHttpRequestLifetimeFeature)state!).Abort(), context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>(), writeTimeout, Timeout.InfiniteTimeSpan);
        await GuardAsync(handler, context).ConfigureAwait(false);
    }

    private async Task GuardAsync(RequestDelegate handler, HttpContext context)
    {
#pragma warning disable CA1031 // A handler that fails costs its own request only.
        try
        {
            await handler(context).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or ConnectionAbortedException or ConnectionResetException && context.RequestAborted.IsCancellationRequested)
        {
            LogClientGone(logger, entryPoint);
        }
        catch (Exception error)
        {
            LogHandlerFailed(logger, error, entryPoint);
            if (context.Response.HasStarted)
            {
                context.Abort();
            }
            else
            {
                context.Response.Headers.Clear();
                await PlainAnswers.ErrorAsync(context, StatusCodes.Status500InternalServerError, "Internal Server Error").ConfigureAwait(false);
            }
        }
#pragma warning restore CA1031
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The client went away during a request on {EntryPointName}")]
    private static partial void LogClientGone(ILogger logger, string entryPointName);

    [LoggerMessage(Level = LogLevel.Error, Message = "A request on {EntryPointName} failed inside the proxy")]
    private static partial void LogHandlerFailed(ILogger logger, Exception error, string entryPointName);

    /// <summary>The HTTP context of a connection and what the pipeline knows beyond it.</summary>
    internal sealed class Exchange
    {
        /// <summary>The reused context.</summary>
        public DefaultHttpContext Context { get; } = new();

        /// <summary>The reused state.</summary>
        public RequestState State { get; } = new();

        /// <summary>What is noted of its requests; null where nothing is.</summary>
        public Observation? Observation { get; set; }
    }
}
