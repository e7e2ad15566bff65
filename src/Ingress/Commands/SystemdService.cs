using System.Globalization;
using Ingress.Proxy.Configuration.StaticModel;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace Ingress.Commands;

/// <summary>
/// What a systemd unit of <c>Type=notify</c> is told (sd_notify(3)): that the proxy serves, that it ends, and with <c>WatchdogSec=</c> that it is alive, which it
/// is where it answers <c>/ping</c> or has none.
/// </summary>
internal sealed partial class SystemdService : IDisposable
{
    private static readonly ServiceState Alive = new("WATCHDOG=1");
    private readonly SystemdNotifier notifier;
    private readonly StaticConfiguration settings;
    private readonly ILogger logger;
    private readonly CancellationTokenSource ending = new();

    private SystemdService(SystemdNotifier notifier, StaticConfiguration settings, ILogger logger)
    {
        this.notifier = notifier;
        this.settings = settings;
        this.logger = logger;
    }

    /// <summary>Tells that the proxy serves; null where nobody asked to be told.</summary>
    public static SystemdService? Ready(StaticConfiguration settings, ILogger logger)
    {
        var notifier = new SystemdNotifier();
        if (!notifier.IsEnabled)
        {
            return null;
        }

        var service = new SystemdService(notifier, settings, logger);
        notifier.Notify(ServiceState.Ready);
        if (Watchdog(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), Environment.GetEnvironmentVariable("WATCHDOG_PID")) is { } limit)
        {
            LogWatchdog(logger, limit);
            _ = service.StayAliveAsync(limit / 2);
        }

        return service;
    }

    /// <summary>Tells that the proxy ends.</summary>
    public void Stopping() => notifier.Notify(ServiceState.Stopping);

    /// <inheritdoc/>
    public void Dispose()
    {
        ending.Cancel();
        ending.Dispose();
    }

    private static TimeSpan? Watchdog(string? microseconds, string? process)
        => long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0
            && (string.IsNullOrEmpty(process) || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(limit)
            : null;

    private async Task StayAliveAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(ending.Token).ConfigureAwait(false))
            {
                var (isHealthy, text) = settings.Ping is null ? (true, "") : await HealthcheckCommand.AskAsync(settings).ConfigureAwait(false);
                if (isHealthy)
                {
                    notifier.Notify(Alive);
                }
                else
                {
                    LogNotAlive(logger, text);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The watchdog of systemd expects a sign of life every {Limit}")]
    private static partial void LogWatchdog(ILogger logger, TimeSpan limit);

    [LoggerMessage(Level = LogLevel.Error, Message = "No sign of life for the watchdog of systemd: {Reason}")]
    private static partial void LogNotAlive(ILogger logger, string reason);
}
