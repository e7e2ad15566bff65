using System.Globalization;

namespace Ingress.Testing;

/// <summary>How the system schedules a program's threads, from <c>/proc</c>.</summary>
public static class SchedulingPolicy
{
    /// <summary>The name of the runtime's threads that poll sockets.</summary>
    public const string PollingThread = ".NET Sockets";

    // proc(5): the 41st field of stat, of which the first two are the id and the name in brackets.
    private const int FieldAfterName = 38;

    /// <summary>Id, name and policy (sched(7)) of each thread that runs just now.</summary>
    public static IReadOnlyList<(int Id, string Name, int Policy)> OfThreads(int process)
    {
        var threads = new List<(int, string, int)>();
        foreach (var thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
        {
            try
            {
                var stat = File.ReadAllText(Path.Combine(thread, "stat"));
                var (start, end) = (stat.IndexOf('(', StringComparison.Ordinal), stat.LastIndexOf(')'));
                threads.Add((int.Parse(stat[..start], CultureInfo.InvariantCulture), stat[(start + 1)..end], int.Parse(stat[(end + 2)..].Split(' ')[FieldAfterName], CultureInfo.InvariantCulture)));
            }
            catch (IOException)
            {
                // The thread has just ended.
            }
        }

        return threads;
    }
}
