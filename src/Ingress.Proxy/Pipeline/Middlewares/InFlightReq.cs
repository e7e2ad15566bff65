using System.Collections.Concurrent;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Limits how many requests of one source may run at once (<c>inFlightReq</c>).</summary>
[AllowEmpty]
public sealed record InFlightReqOptions
{
    /// <summary>How many may run at once; with 0 or less all are refused. Default: 0.</summary>
    public long Amount { get; init; }

    /// <summary>What tells one source from another. Default: the request's Host.</summary>
    public SourceCriterionOptions? SourceCriterion { get; init; }
}

/// <summary>Counts the requests of each source that are running.</summary>
internal sealed class InFlightReq
{
    // A client may have read all of an answer, and ask again, an instant before that answer's request is counted off.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(10);

    private readonly RequestDelegate next;
    private readonly SourceCriterion criterion;
    private readonly RunningRequests running;
    private readonly TimeProvider time;
    private readonly long amount;
    private readonly string refusal;

    private InFlightReq(MiddlewareBuild build, InFlightReqOptions options, SourceCriterion criterion)
    {
        next = build.Next;
        this.criterion = criterion;
        running = build.State(static () => new RunningRequests());
        time = build.Pipeline.Time;
        amount = options.Amount;
        refusal = $"max connections reached: {options.Amount}";
    }

    /// <summary>Builds one.</summary>
    public static RequestDelegate Build(MiddlewareBuild build)
    {
        var options = build.OptionsAs<InFlightReqOptions>();
        try
        {
            return new InFlightReq(build, options, SourceCriterion.Create(options.SourceCriterion, defaultsToHost: true)).InvokeAsync;
        }
        catch (ConfigurationException e)
        {
            throw new ConfigurationException("error creating requests limiter: " + e.Message, e);
        }
    }

    private Task InvokeAsync(HttpContext context)
    {
        var source = criterion.Find(context);
        return running.TryEnter(source, amount) ? RunAsync(context, source) : TryOnceMoreAsync(context, source);
    }

    private async Task TryOnceMoreAsync(HttpContext context, string source)
    {
        if (amount > 0)
        {
            await Task.Delay(Grace, time, CancellationToken.None).ConfigureAwait(false);
            if (running.TryEnter(source, amount))
            {
                await RunAsync(context, source).ConfigureAwait(false);
                return;
            }
        }

        await PlainAnswers.TextAsync(context, StatusCodes.Status429TooManyRequests, refusal).ConfigureAwait(false);
    }

    private async Task RunAsync(HttpContext context, string source)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            running.Leave(source);
        }
    }
}

/// <summary>The number of running requests by source; a source without any is forgotten. It outlives reloads, as the requests do.</summary>
internal sealed class RunningRequests
{
    private const long Forgotten = -1;

    private readonly ConcurrentDictionary<string, Count> counts = new(StringComparer.Ordinal);

    /// <summary>How many sources have requests running.</summary>
    public int Sources => counts.Count;

    /// <summary>Counts one more request of the source, unless it has as many as it may.</summary>
    public bool TryEnter(string source, long amount)
    {
        if (amount <= 0)
        {
            return false;
        }

        while (true)
        {
            var count = counts.GetOrAdd(source, static _ => new Count());
            var seen = Volatile.Read(ref count.Value);
            if (seen >= amount)
            {
                return false;
            }

            // One that is being forgotten leaves the dictionary at once; the next turn makes another.
            if (seen != Forgotten && Interlocked.CompareExchange(ref count.Value, seen + 1, seen) == seen)
            {
                return true;
            }
        }
    }

    /// <summary>Counts one request less.</summary>
    public void Leave(string source)
    {
        if (counts.TryGetValue(source, out var count)
            && Interlocked.Decrement(ref count.Value) == 0
            && Interlocked.CompareExchange(ref count.Value, Forgotten, 0) == 0)
        {
            counts.TryRemove(KeyValuePair.Create(source, count));
        }
    }

    private sealed class Count
    {
        public long Value;
    }
}
