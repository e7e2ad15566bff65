using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Services.Balancing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Services.Health;

/// <summary>Takes a server out for a while after requests to it have failed.</summary>
internal sealed partial class PassiveHealthCheck(PassiveHealthCheckOptions options, TargetPool pool, PipelineBuild build, string service, bool isProbed)
{
    private readonly TimeSpan window = options.FailureWindow > GoDuration.Zero ? options.FailureWindow.ToTimeSpan() : TimeSpan.FromSeconds(10);
    private readonly Record[] records = build.State.Get("passiveHealthCheck", service, RecordJson.Canonical(options) + pool.Targets.Length, () => NewRecords(pool));
    private readonly TimeProvider time = build.Time;
    private readonly ILogger logger = build.Loggers.CreateLogger<PassiveHealthCheck>();

    /// <summary>Takes note of how a request to the target ended.</summary>
    public void Observe(BalancedTarget target, RequestState request)
    {
        var hasFailed = request.OriginStatus >= StatusCodes.Status500InternalServerError || request.Outcome is ForwardOutcome.NotSent or ForwardOutcome.SentAndFailed;
        var record = records[target.Index];
        if (!hasFailed)
        {
            if (request.Outcome == ForwardOutcome.Answered)
            {
                record.Clear();
            }

            return;
        }

        if (record.AddFailure(time, window) < Math.Max(1, options.MaxFailedAttempts) || target.IsBarred)
        {
            return;
        }

        target.IsBarred = true;
        record.Clear();
        LogBarred(logger, target.Name, service, options.MaxFailedAttempts, request.OriginStatus, window.TotalSeconds);
        record.Timer = time.CreateTimer(_ => Readmit(target), null, window, Timeout.InfiniteTimeSpan);
    }

    // With probes, they alone say when a server is well again: until the next one it counts as down.
    private void Readmit(BalancedTarget target)
    {
        if (isProbed && !target.IsProbedUp)
        {
            target.IsBarred = false;
            return;
        }

        target.IsBarred = false;
        LogReadmitted(logger, target.Name, service);
    }

    private static Record[] NewRecords(TargetPool pool)
    {
        var records = new Record[pool.Targets.Length];
        for (var i = 0; i < records.Length; i++)
        {
            records[i] = new Record();
        }

        return records;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Server {Server} of {Service} is taken out after {Failures} failed requests (last status {Status}, 0 for none) for {Seconds} s")]
    private static partial void LogBarred(ILogger logger, string server, string service, int failures, int status, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Server {Server} of {Service} is tried again")]
    private static partial void LogReadmitted(ILogger logger, string server, string service);

    private sealed class Record
    {
        private readonly Lock gate = new();
        private readonly Queue<long> failures = new();

        public ITimer? Timer { get; set; }

        public void Clear()
        {
            lock (gate)
            {
                failures.Clear();
            }
        }

        public int AddFailure(TimeProvider time, TimeSpan window)
        {
            var now = time.GetTimestamp();
            lock (gate)
            {
                failures.Enqueue(now);
                while (failures.TryPeek(out var oldest) && time.GetElapsedTime(oldest, now) > window)
                {
                    failures.Dequeue();
                }

                return failures.Count;
            }
        }
    }
}
