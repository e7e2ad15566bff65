using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Ingress.Testing;

/// <summary>One line of a log.</summary>
/// <param name="Category">The logger's name.</param>
/// <param name="Level">The level.</param>
/// <param name="Message">The text, values filled in.</param>
/// <param name="Exception">The exception that it carries, if any.</param>
public sealed record CollectedLine(string Category, LogLevel Level, string Message, Exception? Exception);

/// <summary>A logger factory that keeps every line in memory for the test to read.</summary>
public sealed class LogCollector : ILoggerFactory
{
    private readonly ConcurrentQueue<CollectedLine> lines = new();

    /// <summary>All lines so far, in order.</summary>
    public IReadOnlyCollection<CollectedLine> Lines => lines;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, lines);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("lines are kept here and nowhere else");

    /// <inheritdoc/>
    public void Dispose() => lines.Clear();

    private sealed class Logger(string category, ConcurrentQueue<CollectedLine> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(new CollectedLine(category, logLevel, formatter(state, exception), exception));
    }
}
