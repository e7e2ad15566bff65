using System.Globalization;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.StaticModel;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Ingress.Proxy.Pipeline.Middlewares.RateLimiting;

/// <summary>Limits how many requests a source may make over time, by a token bucket for each (<c>rateLimit</c>).</summary>
public sealed record RateLimitOptions
{
    /// <summary>Requests that a source may make in each period, on average. Default: 0, no limit.</summary>
    public long Average { get; init; }

    /// <summary>The time for which <c>average</c> counts. Default: 1s.</summary>
    public GoDuration Period { get; init; } = GoDuration.FromSeconds(1);

    /// <summary>Requests that a source may make at once; at least 1. Default: 1.</summary>
    public long Burst { get; init; } = 1;

    /// <summary>What tells one source from another. Default: the client's address.</summary>
    public SourceCriterionOptions? SourceCriterion { get; init; }

    /// <summary>Keeps the buckets in Redis, shared by all routers and proxies. Default: none, in memory for each router.</summary>
    [AllowEmpty]
    public RateLimitRedisOptions? Redis { get; init; }
}

/// <summary>A Redis server for the buckets of a rate limit (<c>rateLimit.redis</c>).</summary>
public sealed record RateLimitRedisOptions
{
    /// <summary>Addresses as host:port; several mean a cluster. Default: 127.0.0.1:6379.</summary>
    public IReadOnlyList<string> Endpoints { get; init; } = ["127.0.0.1:6379"];

    /// <summary>Speaks TLS. Default: none, plain text.</summary>
    [AllowEmpty]
    public ClientTlsOptions? Tls { get; init; }

    /// <summary>The user's name. Default: none.</summary>
    public string Username { get; init; } = "";

    /// <summary>The user's password. Default: none.</summary>
    [Secret]
    public string Password { get; init; } = "";

    /// <summary>The number of the database. Default: 0.</summary>
    [Key("db")]
    public int Database { get; init; }

    /// <summary>Accepted for Traefik's sake: all requests share one connection here. Default: 0.</summary>
    public int PoolSize { get; init; }

    /// <summary>Accepted for Traefik's sake: all requests share one connection here. Default: 0.</summary>
    public int MinIdleConns { get; init; }

    /// <summary>Accepted for Traefik's sake: all requests share one connection here. Default: 0.</summary>
    public int MaxActiveConns { get; init; }

    /// <summary>How long to wait for a reply. Default: 3s.</summary>
    [AlwaysShown]
    public GoDuration? ReadTimeout { get; init; } = GoDuration.FromSeconds(3);

    /// <summary>How long a command may take to be sent. Default: 3s.</summary>
    [AlwaysShown]
    public GoDuration? WriteTimeout { get; init; } = GoDuration.FromSeconds(3);

    /// <summary>How long to wait for a connection. Default: 5s.</summary>
    [AlwaysShown]
    public GoDuration? DialTimeout { get; init; } = GoDuration.FromSeconds(5);
}

/// <summary>Takes a token for each request; a short wait is waited for, a longer one refused.</summary>
internal sealed partial class RateLimit
{
    private readonly RequestDelegate next;
    private readonly SourceCriterion criterion;
    private readonly TokenBucket bucket;
    private readonly TimeProvider time;
    private readonly BucketTable? buckets;
    private readonly RedisBuckets? redis;
    private readonly ILogger logger;
    private readonly string name;

    private RateLimit(MiddlewareBuild build, RateLimitOptions options)
    {
        next = build.Next;
        name = build.Name;
        time = build.Pipeline.Time;
        logger = build.Logger(nameof(RateLimit));
        bucket = TokenBucket.Of(options);
        try
        {
            criterion = SourceCriterion.Create(options.SourceCriterion, defaultsToHost: false);
        }
        catch (ConfigurationException e)
        {
            throw new ConfigurationException("getting source extractor: " + e.Message, e);
        }

        if (options.Redis is { } redisOptions)
        {
            redis = build.Pipeline.State.Get("redis", "rateLimit", RecordJson.Canonical(redisOptions), () => new RedisBuckets(redisOptions));
        }
        else if (bucket.Rate > 0)
        {
            buckets = build.State(() => new BucketTable(bucket, time.TimestampFrequency));
        }
    }

    /// <summary>Builds one.</summary>
    public static RequestDelegate Build(MiddlewareBuild build) => new RateLimit(build, build.OptionsAs<RateLimitOptions>()).InvokeAsync;

    private Task InvokeAsync(HttpContext context)
    {
        if (redis is not null)
        {
            return AskRedisAsync(context, redis);
        }

        return buckets is null ? next(context) : PassAsync(context, buckets.Take(criterion.Find(context), time.GetTimestamp()));
    }

    private Task PassAsync(HttpContext context, GoDuration wait)
    {
        if (wait <= GoDuration.Zero)
        {
            return next(context);
        }

        return wait > bucket.LongestWait ? RefuseAsync(context, wait) : WaitAsync(context, wait);
    }

    private async Task WaitAsync(HttpContext context, GoDuration wait)
    {
        try
        {
            await Task.Delay(wait.ToTimeSpan(), time, context.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The client did not wait; nobody will read an answer.
            return;
        }

        await next(context).ConfigureAwait(false);
    }

    private async Task AskRedisAsync(HttpContext context, RedisBuckets store)
    {
        // Traefik's quirk: without an average, Redis has no bucket to take from.
        if (bucket.Rate <= 0)
        {
            await PlainAnswers.ErrorAsync(context, StatusCodes.Status429TooManyRequests, "No bursty traffic allowed").ConfigureAwait(false);
            return;
        }

        GoDuration wait;
        try
        {
            wait = await store.TakeAsync(string.Concat("rate:", name, ":", criterion.Find(context)), bucket, time.GetUtcNow()).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            LogRedis(logger, name, e.Message);
            await PlainAnswers.ErrorAsync(context, StatusCodes.Status500InternalServerError, "Could not insert/update bucket").ConfigureAwait(false);
            return;
        }

        await PassAsync(context, wait).ConfigureAwait(false);
    }

    private static Task RefuseAsync(HttpContext context, GoDuration wait)
    {
        var seconds = (wait.Nanoseconds + 999_999_999) / 1_000_000_000;
        var headers = context.Response.Headers;
        headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        headers["X-Retry-In"] = wait.ToString();
        return PlainAnswers.StatusAsync(context, StatusCodes.Status429TooManyRequests);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Middleware}: Redis does not keep the bucket: {Cause}")]
    private static partial void LogRedis(ILogger logger, string middleware, string cause);
}
