using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Observability.AccessLog;
using Ingress.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Observability;

/// <summary>What is noted of each request beside answering it. There is none where nothing is to be noted, and requests pay nothing.</summary>
internal sealed class RequestObserver(AccessLogWriter accessLog) : IAsyncDisposable
{
    /// <summary>The observer that these settings ask for, or null.</summary>
    public static RequestObserver? Of(StaticConfiguration settings, ILoggerFactory loggers, TimeProvider time) =>
        settings.AccessLog is { } options ? new RequestObserver(new AccessLogWriter(options, loggers.CreateLogger<AccessLogWriter>(), time)) : null;

    /// <summary>Begins with a request that has been prepared for matching.</summary>
    public void Begin(Observation observation, RequestState state)
    {
        observation.Body.Attach(state.Context.Features);
        state.OriginHeaders = accessLog.WantsOriginHeaders ? new HeaderDictionary() : null;
        accessLog.Begin(observation.Entry, state);
        state.Routed = observation.Routed ??= () => accessLog.CountIn(observation.Entry, state);
    }

    /// <summary>Ends with a request that has been answered.</summary>
    public void End(Observation observation, RequestState state)
    {
        var context = state.Context;
        observation.Body.Detach(context.Features);
        var entry = observation.Entry;
        entry.Bytes = entry.Method == HttpMethods.Head ? 0 : observation.Body.Bytes;
        entry.RequestBytes = context.Request.ContentLength ?? 0;
        entry.OriginHeaders = state.OriginHeaders;
        state.Routed?.Invoke();
        accessLog.End(entry, state);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => accessLog.DisposeAsync();
}

/// <summary>What is kept of a request while it runs. One object serves all requests of a connection.</summary>
internal sealed class Observation
{
    /// <summary>The coming line of the access log.</summary>
    public AccessLogEntry Entry { get; } = new();

    /// <summary>What is done once the router has been chosen.</summary>
    public Action? Routed { get; set; }

    /// <summary>Counts what the client gets.</summary>
    public CountedBody Body { get; } = new();
}
