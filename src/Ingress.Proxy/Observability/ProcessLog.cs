using Ingress.Proxy.Configuration.StaticModel;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Observability;

/// <summary>The process log in Traefik's formats and levels. Lines are written by a task of their own; too many are dropped and counted.</summary>
internal sealed class ProcessLog : ILoggerProvider, IAsyncDisposable
{
    private const int DefaultMegabytes = 100;

    private readonly LineWriter writer;
    private readonly LogLineFormat format;
    private readonly LogLevel least;

    /// <summary>Opens the log; a file that cannot be opened is an exception.</summary>
    public ProcessLog(LogOptions options, TimeProvider time)
    {
        var rotation = new FileRotation((options.MaxSize > 0 ? options.MaxSize : DefaultMegabytes) * 1024L * 1024L, options.MaxBackups, options.MaxAge, time);
        writer = new LineWriter(new LineTarget(options.FilePath, options.FilePath.Length > 0 ? rotation : null));
        var isJson = options.Format.Equals("json", StringComparison.OrdinalIgnoreCase);
        var isColoured = !options.NoColor && options.FilePath.Length == 0 && !Console.IsOutputRedirected;
        format = new LogLineFormat(isJson, isColoured, time);
        IsKnownLevel = TryLevel(options.Level, out least);
    }

    /// <summary>Whether the configured level is one; else errors are logged.</summary>
    public bool IsKnownLevel { get; }

    /// <summary>How many lines were lost so far.</summary>
    public long Dropped => writer.Dropped;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new ProcessLogger(this, categoryName.StartsWith("Microsoft.", StringComparison.Ordinal));

    /// <inheritdoc/>
    public void Dispose()
    {
        // Closing takes writing, which is asynchronous; the owner calls DisposeAsync.
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => writer.DisposeAsync();

    private static bool TryLevel(string name, out LogLevel level)
    {
        (var known, level) = name.ToUpperInvariant() switch
        {
            "TRACE" => (true, LogLevel.Trace),
            "DEBUG" => (true, LogLevel.Debug),
            "INFO" => (true, LogLevel.Information),
            "WARN" or "WARNING" => (true, LogLevel.Warning),
            "ERROR" or "" => (true, LogLevel.Error),
            "FATAL" or "PANIC" => (true, LogLevel.Critical),
            _ => (false, LogLevel.Error),
        };
        return known;
    }

    /// <summary>A logger of one category; what the web server beneath says is for debugging.</summary>
    private sealed class ProcessLogger(ProcessLog log, bool isForeign) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && Shown(logLevel) >= log.least;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            log.writer.TryWrite(log.format.Format(Shown(logLevel), formatter(state, exception), state as IReadOnlyList<KeyValuePair<string, object?>>, exception));
        }

        private LogLevel Shown(LogLevel level) => isForeign && level > LogLevel.Debug ? LogLevel.Debug : level;
    }
}
