using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>
/// Keeps the threads that poll sockets from interrupting those that work. By default the system lets a thread that wakes up run at once, so with all processors
/// busy each event costs two changes of threads: the poller comes in for one event, hands it over and leaves. While the process is busy the pollers wait for
/// their turn instead (SCHED_BATCH of sched(7)) and find several events at once. While it is not, they are quick as ever: with other programs on all processors,
/// waiting would delay every request and save next to nothing.
/// </summary>
internal static partial class SocketPolling
{
    /// <summary>SCHED_OTHER: a thread that wakes up may take the place of another.</summary>
    public const int Quick = 0;

    /// <summary>SCHED_BATCH: a thread that wakes up waits for its turn. The share of processor time stays the same.</summary>
    public const int Gathering = 3;

    // ESRCH: it has just ended.
    private const int NoSuchThread = 3;

    // Of the time of all processors that the process may use.
    private const double BusyShare = 0.1;

    // The runtime's own name for them.
    private const string ThreadName = ".NET Sockets";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Looks four times a second how busy the process is, until it is asked to end. Does nothing where the system is not Linux, or where the operator has chosen
    /// another policy for the process.
    /// </summary>
    public static async Task RunAsync(TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux() || GetScheduler(Environment.ProcessId) != Quick)
        {
            return;
        }

        var policy = Quick;
        var used = Environment.CpuUsage.TotalTime;
        var since = time.GetTimestamp();
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
            {
                var (usedByNow, now) = (Environment.CpuUsage.TotalTime, time.GetTimestamp());
                var wanted = PolicyFor(usedByNow - used, time.GetElapsedTime(since, now), Environment.ProcessorCount);
                (used, since) = (usedByNow, now);

                // Again and again while it is busy: a worker that a poller starts is born with the poller's policy.
                if ((wanted == Gathering || policy == Gathering) && !Set(wanted))
                {
                    LogRefused(logger, Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
                    return;
                }

                policy = wanted;
            }
        }
        catch (OperationCanceledException)
        {
            // The proxy ends.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // There is no /proc.
            LogRefused(logger, error.Message);
        }
    }

    /// <summary>The policy for a process that has used so much processor time in so much time.</summary>
    public static int PolicyFor(TimeSpan used, TimeSpan elapsed, int processors) => used >= elapsed * processors * BusyShare ? Gathering : Quick;

    /// <summary>Sets the policy of the polling threads of this process, and makes all others quick; false where the system does not let it.</summary>
    public static bool Set(int policy)
    {
        var priority = 0;
        foreach (var thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            var id = int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture);
            var wanted = policy != Quick && IsPolling(thread) ? policy : Quick;
            if (SetScheduler(id, wanted, in priority) != 0 && Marshal.GetLastPInvokeError() != NoSuchThread)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPolling(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm")).TrimEnd('\n') == ThreadName;
        }
        catch (IOException)
        {
            // The thread has just ended.
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getscheduler")]
    private static partial int GetScheduler(int thread);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetScheduler(int thread, int policy, in int priority);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The system does not let the threads that poll sockets wait for their turn, which costs some processor time under load: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);
}
