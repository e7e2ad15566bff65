using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Pipeline.Services.Balancing;
using Ingress.Proxy.Pipeline.Transports;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Services.Health;

/// <summary>Probes the servers of one service as long as its snapshot is in force, and notes which are up.</summary>
internal sealed partial class ActiveHealthCheck
{
    private readonly TargetPool pool;
    private readonly RuntimeObject<HttpServiceConfig> runtime;
    private readonly IHealthProbe[] probes;
    private readonly TimeSpan interval;
    private readonly TimeSpan unhealthyInterval;
    private readonly TimeProvider time;
    private readonly ILogger logger;

    private ActiveHealthCheck(
        PipelineBuild build, RuntimeObject<HttpServiceConfig> runtime, HealthCheckOptions options, TargetPool pool, ServerUrl[] urls, ServersTransport transport)
    {
        this.pool = pool;
        this.runtime = runtime;
        time = build.Time;
        logger = build.Loggers.CreateLogger<ActiveHealthCheck>();
        interval = Positive(options.Interval, "interval", TimeSpan.FromSeconds(30));
        unhealthyInterval = options.UnhealthyInterval is { } own ? Positive(own, "unhealthyInterval", interval) : interval;
        var timeout = Positive(options.Timeout, "timeout", TimeSpan.FromSeconds(5));
        probes = Array.ConvertAll(urls, url => (IHealthProbe)(options.Mode == "grpc"
            ? new GrpcHealthProbe(url, options, transport, timeout)
            : new HttpHealthProbe(url, options, transport, timeout)));
    }

    /// <summary>Has the probes run in the background of the snapshot.</summary>
    public static void Start(
        PipelineBuild build, RuntimeObject<HttpServiceConfig> runtime, HealthCheckOptions options, TargetPool pool, ServerUrl[] urls, ServersTransport? transport)
    {
        if (transport is null || pool.Targets.Length == 0)
        {
            return;
        }

        var check = new ActiveHealthCheck(build, runtime, options, pool, urls, transport);
        foreach (var target in pool.Targets)
        {
            build.Background.Add(cancellation => check.WatchAsync(target, cancellation));
        }
    }

    private async Task WatchAsync(BalancedTarget target, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(target.IsProbedUp ? interval : unhealthyInterval, time, cancellation).ConfigureAwait(false);
                var fault = await probes[target.Index].AskAsync(cancellation).ConfigureAwait(false);
                if (!cancellation.IsCancellationRequested)
                {
                    Note(target, fault);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The snapshot is out of force.
        }
    }

    private void Note(BalancedTarget target, string? fault)
    {
        var isUp = fault is null;
        if (target.IsProbedUp != isUp)
        {
            target.IsProbedUp = isUp;
            if (isUp)
            {
                LogUp(logger, target.Name, runtime.Name);
            }
            else
            {
                LogDown(logger, target.Name, runtime.Name, fault!);
            }
        }

        runtime.SetServer(target.Name, isUp);
    }

    private TimeSpan Positive(GoDuration value, string option, TimeSpan otherwise)
    {
        if (value > GoDuration.Zero)
        {
            return value.ToTimeSpan();
        }

        LogNotPositive(logger, runtime.Name, option, value.ToString(), otherwise.TotalSeconds);
        return otherwise;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Server {Server} of {Service} is down: {Fault}")]
    private static partial void LogDown(ILogger logger, string server, string service, string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Server {Server} of {Service} is up")]
    private static partial void LogUp(ILogger logger, string server, string service);

    [LoggerMessage(Level = LogLevel.Error, Message = "Health check of {Service}: {Option} must be above zero, is {Value}; using {Seconds} s")]
    private static partial void LogNotPositive(ILogger logger, string service, string option, string value, double seconds);
}

/// <summary>One way of asking a server whether it is well.</summary>
internal interface IHealthProbe
{
    /// <summary>Asks once. Null is well; otherwise what is wrong, in words.</summary>
    Task<string?> AskAsync(CancellationToken cancellation);
}
