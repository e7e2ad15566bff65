using System.Buffers;
using System.Runtime.InteropServices;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Observability.AccessLog;

/// <summary>The access log: one line for each request that its router lets be logged and no filter holds back. SIGUSR1 opens the file anew.</summary>
internal sealed partial class AccessLogWriter : IAsyncDisposable
{
    // The number of SIGUSR1 on Linux; .NET has no name for it.
    private const PosixSignal UserSignal = (PosixSignal)10;

    private readonly AccessLogOptions options;
    private readonly AccessLogFields fields;
    private readonly IAccessLogFormat format;
    private readonly StatusRanges? statuses;
    private readonly long leastDuration;
    private readonly LineWriter writer;
    private readonly TimeProvider time;
    private readonly PosixSignalRegistration? reopen;
    private long count;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? line;

    public AccessLogWriter(AccessLogOptions options, ILogger<AccessLogWriter> logger, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        fields = new AccessLogFields(options.Fields);
        format = FormatOf(options.Format, logger);
        statuses = StatusesOf(options.Filters, logger);
        leastDuration = options.Filters?.MinDuration.Nanoseconds ?? 0;
        writer = new LineWriter(new LineTarget(options.FilePath));
        if (OperatingSystem.IsLinux() && options.FilePath.Length > 0)
        {
            reopen = PosixSignalRegistration.Create(UserSignal, context =>
            {
                context.Cancel = true;
                writer.Reopen();
            });
        }
    }

    /// <summary>Whether lines hold headers of the server's answer.</summary>
    public bool WantsOriginHeaders => fields.HasHeaders;

    /// <summary>How many lines were lost so far.</summary>
    public long Dropped => writer.Dropped;

    /// <summary>Notes what middlewares may change later.</summary>
    public void Begin(AccessLogEntry entry, RequestState state)
    {
        var forwarded = state.Context.Request.Headers["X-Forwarded-For"];
        entry.ClientHost = forwarded.Count > 0 && forwarded[0] is { Length: > 0 } client ? client : state.PeerHost;
        var path = state.Target.RequestUri;
        entry.Path = !fields.KeepsQuery && path.IndexOf('?', StringComparison.Ordinal) is var mark and >= 0 ? path[..mark] : path;
        entry.Host = state.Host;
        entry.Method = state.Context.Request.Method;
        entry.Start = time.GetUtcNow();
        entry.OriginHeaders = null;
    }

    /// <summary>Counts a request once its router is known, in the order in which requests come.</summary>
    public void CountIn(AccessLogEntry entry, RequestState state) => entry.Count = IsLogged(state) ? Interlocked.Increment(ref count) : 0;

    /// <summary>Writes the line of a request that has ended.</summary>
    public void End(AccessLogEntry entry, RequestState state)
    {
        if (!IsLogged(state))
        {
            return;
        }

        Complete(entry, state);
        if (!IsWanted(entry))
        {
            return;
        }

        var line = AccessLogWriter.line ??= new ArrayBufferWriter<byte>(1024);
        line.ResetWrittenCount();
        format.Write(line, entry, state);
        writer.TryWrite(line.WrittenSpan);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        reopen?.Dispose();
        return writer.DisposeAsync();
    }

    private void Complete(AccessLogEntry entry, RequestState state)
    {
        var response = state.Context.Response;
        entry.Duration = Nanoseconds(time.GetElapsedTime(state.StartTimestamp));
        entry.Status = response.StatusCode;
        entry.OriginStatus = state.OriginStatus;
        entry.OriginBytes = state.OriginBytes;
        entry.OriginDuration = 0;
        if (state.ServerUrl.Length > 0)
        {
            entry.OriginDuration = Nanoseconds(TimeSpan.FromTicks((long)(state.OriginTicks * ((double)TimeSpan.TicksPerSecond / time.TimestampFrequency))));
        }

        if (state.Outcome is ForwardOutcome.NotSent or ForwardOutcome.SentAndFailed or ForwardOutcome.ClientGone && entry.OriginStatus == 0)
        {
            // The error sent in the server's place counts as the server's.
            (entry.OriginStatus, entry.OriginBytes) = (entry.Status, entry.Bytes);
        }

        if (entry.Status == StatusCodes.Status101SwitchingProtocols)
        {
            // Traefik loses sight of a connection that was taken over.
            entry.Status = entry.OriginStatus = 0;
            entry.Bytes = entry.OriginBytes = 0;
        }
    }

    private bool IsLogged(RequestState state) => state.IsLogged && (!state.IsInternal || options.AddInternals);

    private static long Nanoseconds(TimeSpan span) => span.Ticks * 100;

    private bool IsWanted(AccessLogEntry entry) =>
        (statuses is null && leastDuration == 0)
        || (statuses is not null && statuses.Contains(entry.Status))
        || (leastDuration > 0 && entry.Duration > leastDuration);

    private IAccessLogFormat FormatOf(string format, ILogger logger)
    {
        switch (format)
        {
            case "json":
                return new JsonFormat(fields);
            case "genericCLF":
                return new CommonFormat(fields, isGeneric: true);
            case "common" or "":
                return new CommonFormat(fields, isGeneric: false);
            default:
                LogUnknownFormat(logger, format);
                return new CommonFormat(fields, isGeneric: false);
        }
    }

    private static StatusRanges? StatusesOf(AccessLogFiltersOptions? filters, ILogger logger)
    {
        if (filters is null || filters.StatusCodes.Count == 0)
        {
            return null;
        }

        try
        {
            return StatusRanges.Parse(filters.StatusCodes);
        }
        catch (ConfigurationException exception)
        {
            LogUnreadableFilter(logger, exception.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Unsupported access log format: {Format}, defaulting to common format instead; write common, genericCLF or json")]
    private static partial void LogUnknownFormat(ILogger logger, string format);

    [LoggerMessage(Level = LogLevel.Error, Message = "The status codes of accessLog.filters cannot be read, so nothing is filtered by them: {Reason}")]
    private static partial void LogUnreadableFilter(ILogger logger, string reason);
}
