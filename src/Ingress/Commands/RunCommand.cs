using Ingress.Proxy;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Observability;
using Microsoft.Extensions.Logging;

namespace Ingress.Commands;

/// <summary>Runs the proxy until the process is asked to end.</summary>
internal static partial class RunCommand
{
    public static async Task<int> RunAsync(StaticLoad load)
    {
        if (CommandLine.Report(load))
        {
            return 1;
        }

        var options = load.Configuration.Log ?? new LogOptions();
        try
        {
            await using var log = new ProcessLog(options, TimeProvider.System);
            using var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
            var logger = loggers.CreateLogger("Ingress");
            Announce(load, log, logger);
            return await ServeAsync(load.Configuration, loggers, logger).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"error: the log {options.FilePath} cannot be opened: {exception.Message}").ConfigureAwait(false);
            return 1;
        }
    }

    private static void Announce(StaticLoad load, ProcessLog log, ILogger logger)
    {
        LogStart(logger, ProductVersion.Number, load.Origin);
        if (!log.IsKnownLevel)
        {
            LogUnknownLevel(logger, load.Configuration.Log?.Level ?? "");
        }

        foreach (var ignored in load.Ignored)
        {
            LogIgnored(logger, ignored.ToString());
        }

        foreach (var warning in load.Warnings)
        {
            LogWarning(logger, warning.ToString());
        }
    }

    private static async Task<int> ServeAsync(StaticConfiguration settings, ILoggerFactory loggers, ILogger logger)
    {
        using var stop = new StopSignal();
        try
        {
            await using var host = Composition.Build(settings, loggers);
            await host.StartAsync(CancellationToken.None).ConfigureAwait(false);
            using var systemd = SystemdService.Ready(settings, logger);
            await stop.Received.ConfigureAwait(false);
            LogStopping(logger);
            systemd?.Stopping();
            await host.StopAsync().ConfigureAwait(false);
            LogStopped(logger);
            return 0;
        }
        catch (Exception exception) when (exception is IOException or ConfigurationException or System.Net.Sockets.SocketException)
        {
            LogFailed(logger, exception.Message);
            await Console.Error.WriteLineAsync($"error: {exception.Message}").ConfigureAwait(false);
            return 1;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Fault}")]
    private static partial void LogIgnored(ILogger logger, string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Ingress {Version} starts on the configuration of {Origin}")]
    private static partial void LogStart(ILogger logger, string version, string origin);

    [LoggerMessage(Level = LogLevel.Error, Message = "Unknown log level {LogLevelName}, falling back to ERROR; write TRACE, DEBUG, INFO, WARN, ERROR, FATAL or PANIC")]
    private static partial void LogUnknownLevel(ILogger logger, string logLevelName);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);

    [LoggerMessage(Level = LogLevel.Information, Message = "I have to go...")]
    private static partial void LogStopping(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Shutting down")]
    private static partial void LogStopped(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "Command error: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
