using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Asks again where no server could be reached, or where the answer has one of the given statuses (<c>retry</c>).</summary>
public sealed record RetryOptions
{
    /// <summary>How often to ask in all, the first time included; 1 means no retry. Required, above 0.</summary>
    public int Attempts { get; init; }

    /// <summary>Time before the second try; it grows up to twice as long towards the last. Default: 0, at once.</summary>
    public GoDuration InitialInterval { get; init; }

    /// <summary>Time after which no further try begins. Default: 0, no limit.</summary>
    public GoDuration Timeout { get; init; }

    /// <summary>Statuses or ranges, such as <c>500-503</c>, upon which to ask again. Default: none.</summary>
    public IReadOnlyList<string> Status { get; init; } = [];

    /// <summary>The largest request body in bytes that is kept for another try after a status; larger ones are sent once. Default: 2097152.</summary>
    [AlwaysShown]
    public long? MaxRequestBodyBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>Does not ask again where no server could be reached. Default: false.</summary>
    public bool DisableRetryOnNetworkError { get; init; }

    /// <summary>Asks again after a status for POST, PATCH and LOCK too. Default: false.</summary>
    public bool RetryNonIdempotentMethod { get; init; }
}

/// <summary>Asks again.</summary>
internal sealed partial class Retry
{
    private readonly RequestDelegate next;
    private readonly RetryOptions options;
    private readonly StatusRanges statuses;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly string name;
    private readonly TimeSpan timeout;

    private Retry(MiddlewareBuild build, RetryOptions options, StatusRanges statuses)
    {
        next = build.Next;
        this.options = options;
        this.statuses = statuses;
        time = build.Pipeline.Time;
        logger = build.Logger(nameof(Retry));
        name = build.Name;
        timeout = options.Timeout.ToTimeSpan();
    }

    /// <summary>Builds one.</summary>
    public static RequestDelegate Build(MiddlewareBuild build)
    {
        var options = build.OptionsAs<RetryOptions>();
        if (options.Attempts <= 0)
        {
            throw new ConfigurationException($"incorrect (or empty) value for attempt ({options.Attempts})");
        }

        if (options.DisableRetryOnNetworkError && options.Status.Count == 0)
        {
            throw new ConfigurationException("retry middleware requires at least HTTP status codes or retry on TCP");
        }

        return options.Attempts == 1 ? build.Next : new Retry(build, options, ParseStatuses(options.Status)).InvokeAsync;
    }

    private static StatusRanges ParseStatuses(IReadOnlyList<string> items)
    {
        try
        {
            return StatusRanges.Parse(items);
        }
        catch (ConfigurationException e)
        {
            throw new ConfigurationException("creating HTTP code ranges: " + e.Message, e);
        }
    }

    private async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var body = ReplayableBody.MayHaveBody(request) ? ReplayableBody.Of(request, options.MaxRequestBodyBytes ?? -1) : null;
        using var snapshot = RequestSnapshot.Take(context);
        try
        {
            var byStatus = await MayRetryStatusAsync(context, body).ConfigureAwait(false);
            var start = time.GetTimestamp();
            for (var attempt = 1; await TryAsync(context, new Attempt(context, this, attempt, start, byStatus, body)).ConfigureAwait(false); attempt++)
            {
                LogRetry(logger, name, attempt + 1, RequestState.Of(context).Target.Original);
                await Task.Delay(Wait(attempt), time, context.RequestAborted).ConfigureAwait(false);
                snapshot.Restore();
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        finally
        {
            body?.Dispose();
        }
    }

    private async ValueTask<bool> TryAsync(HttpContext context, Attempt attempt)
    {
        var source = context.Request.Body;
        attempt.Attach();
        try
        {
            attempt.OpenBody();
            await next(context).ConfigureAwait(false);
            await attempt.FinishAsync().ConfigureAwait(false);
        }
        finally
        {
            attempt.Detach();
            context.Request.Body = source;
        }

        return attempt.IsDropped;
    }

    private async ValueTask<bool> MayRetryStatusAsync(HttpContext context, ReplayableBody? body)
    {
        if (statuses.IsEmpty || (!options.RetryNonIdempotentMethod && context.Request.Method is "POST" or "PATCH" or "LOCK"))
        {
            return false;
        }

        // A length known beforehand decides at once; only a body without one must be read ahead.
        return body is null || (context.Request.ContentLength is { } length
            ? options.MaxRequestBodyBytes is null or < 0 || length <= options.MaxRequestBodyBytes
            : await body.FillAsync(context.RequestAborted).ConfigureAwait(false));
    }

    private TimeSpan Wait(int attempt)
    {
        if (options.InitialInterval <= GoDuration.Zero)
        {
            return TimeSpan.Zero;
        }

        var growth = Math.Pow(2, (attempt - 1.0) / (options.Attempts - 1));
        return options.InitialInterval.ToTimeSpan() * (growth * (0.5 + Random.Shared.NextDouble()));
    }

    private sealed class Attempt(HttpContext context, Retry retry, int number, long start, bool byStatus, ReplayableBody? body) : ResponseInterceptor(context)
    {
        protected override bool ReplacesHeaders => true;

        public void OpenBody()
        {
            RequestState.Of(Context).Outcome = ForwardOutcome.None;
            if (body is not null)
            {
                Context.Request.Body = body.OpenRead();
            }
        }

        protected override bool Accept()
            => number >= retry.options.Attempts
                || !IsFailure()
                || (retry.timeout > TimeSpan.Zero && retry.time.GetElapsedTime(start) >= retry.timeout)
                || body is { CanOpen: false }
                || Context.RequestAborted.IsCancellationRequested;

        private bool IsFailure()
            => (!retry.options.DisableRetryOnNetworkError && RequestState.Of(Context).Outcome == ForwardOutcome.NotSent)
                || (byStatus && retry.statuses.Contains(StatusCode));
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Middleware}: attempt {Attempt} for {Target}")]
    private static partial void LogRetry(ILogger logger, string middleware, int attempt, string target);
}
