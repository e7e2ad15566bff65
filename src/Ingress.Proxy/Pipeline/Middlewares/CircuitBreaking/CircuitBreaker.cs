using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Middlewares.CircuitBreaking;

/// <summary>Stops asking a service that fails or is slow, for a while (<c>circuitBreaker</c>).</summary>
[AllowEmpty]
public sealed record CircuitBreakerOptions
{
    /// <summary>
    /// What opens it, such as <c>NetworkErrorRatio() > 0.3 || LatencyAtQuantileMS(50.0) > 500</c> or <c>ResponseCodeRatio(500, 600, 0, 600) > 0.25</c>, over the
    /// answers of the last ten seconds. Required.
    /// </summary>
    public string Expression { get; init; } = "";

    /// <summary>Time between two looks at the expression. Default: 100ms.</summary>
    public GoDuration CheckPeriod { get; init; } = GoDuration.FromMilliseconds(100);

    /// <summary>How long all requests are refused. Default: 10s.</summary>
    public GoDuration FallbackDuration { get; init; } = GoDuration.FromSeconds(10);

    /// <summary>How long the share let through then grows. Default: 10s.</summary>
    public GoDuration RecoveryDuration { get; init; } = GoDuration.FromSeconds(10);

    /// <summary>The status of refused requests. Default: 503.</summary>
    public int ResponseCode { get; init; } = StatusCodes.Status503ServiceUnavailable;
}

/// <summary>Asks the breaker before each request, and tells it of each answer.</summary>
internal sealed partial class CircuitBreaker
{
    private readonly RequestDelegate next;
    private readonly CircuitBreakerOptions options;
    private readonly Breaker breaker;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly string name;

    private CircuitBreaker(MiddlewareBuild build, CircuitBreakerOptions options, BreakerCondition condition)
    {
        next = build.Next;
        this.options = options;
        time = build.Pipeline.Time;
        breaker = build.State(() => new Breaker(condition, options, time));
        logger = build.Logger(nameof(CircuitBreaker));
        name = build.Name;
    }

    /// <summary>Builds one.</summary>
    public static RequestDelegate Build(MiddlewareBuild build)
    {
        var options = build.OptionsAs<CircuitBreakerOptions>();
        return new CircuitBreaker(build, options, BreakerCondition.Parse(options.Expression)).InvokeAsync;
    }

    private Task InvokeAsync(HttpContext context) => breaker.Allows() ? AskAsync(context) : PlainAnswers.StatusAsync(context, options.ResponseCode);

    private async Task AskAsync(HttpContext context)
    {
        var start = time.GetTimestamp();
        await next(context).ConfigureAwait(false);

        // A WebSocket says nothing about latency.
        if (context.Response.StatusCode != StatusCodes.Status101SwitchingProtocols
            && breaker.Record(context.Response.StatusCode, time.GetElapsedTime(start)))
        {
            LogOpened(logger, name, options.Expression, options.FallbackDuration);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Middleware}: the circuit breaker opened for {Duration}, because {Expression}")]
    private static partial void LogOpened(ILogger logger, string middleware, string expression, GoDuration duration);
}
