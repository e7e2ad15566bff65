namespace Ingress.Proxy.Tls.Acme;

/// <summary>
/// When a name may be tried again. Public authorities allow five failed validations an hour a name, so no more are ever spent, over restarts too; between
/// tries the pauses grow. An authority that is not reached at all has counted nothing, so that is tried again much sooner.
/// </summary>
internal sealed class RetryBudget(TimeProvider time)
{
    public const int FailuresAnHour = 5;

    // The failures left for the schedule when a changed configuration asks for a try at once.
    private const int KeptForSchedule = 2;

    private static readonly TimeSpan Window = TimeSpan.FromHours(1);
    private static readonly TimeSpan LeastAfterRefusal = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LeastAfterSilence = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MostAfterExpiry = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan[] AfterRefusal =
    [
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(3), TimeSpan.FromHours(6),
    ];

    private static readonly TimeSpan[] AfterSilence =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(40), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2),
        TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10),
    ];

    private readonly Lock access = new();
    private readonly Dictionary<string, List<DateTimeOffset>> failures = new(StringComparer.Ordinal);

    /// <summary>Puts back what an earlier process has spent.</summary>
    public void Restore(string name, IEnumerable<DateTimeOffset> failures)
    {
        lock (access)
        {
            this.failures[name] = [.. failures];
            Trim();
        }
    }

    /// <summary>The failures of the last hour, by name, to be kept over a restart.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<DateTimeOffset>> Snapshot()
    {
        lock (access)
        {
            Trim();
            return failures.ToDictionary(entry => entry.Key, entry => (IReadOnlyList<DateTimeOffset>)[.. entry.Value], StringComparer.Ordinal);
        }
    }

    /// <summary>Counts a refusal against each of the names.</summary>
    public void Count(IEnumerable<string> names)
    {
        lock (access)
        {
            foreach (var name in names)
            {
                (failures.TryGetValue(name, out var list) ? list : failures[name] = []).Add(time.GetUtcNow());
            }
        }
    }

    /// <summary>The next try after so many refusals in a row; sooner where a certificate in use ends before, but never against the hour's budget.</summary>
    public DateTimeOffset AfterRefusals(int inARow, IEnumerable<string> names, DateTimeOffset? expiry)
    {
        var now = time.GetUtcNow();
        var pause = Step(AfterRefusal, inARow);
        return Later(now + Jittered(expiry > now ? Sooner(pause, (expiry.Value - now) / 4, LeastAfterRefusal) : pause), EarliestFor(names));
    }

    /// <summary>The next try after the authority was not reached so many times in a row; the closer to expiry, the sooner, and after it soonest.</summary>
    public DateTimeOffset AfterSilences(int inARow, DateTimeOffset? expiry)
    {
        var now = time.GetUtcNow();
        var pause = Step(AfterSilence, inARow);
        return now + Jittered(expiry is not { } end ? pause : Sooner(pause, end > now ? (end - now) / 10 : MostAfterExpiry, LeastAfterSilence));
    }

    /// <summary>Whether a changed configuration may cause a try at once.</summary>
    public bool AllowsTryNow(IEnumerable<string> names)
    {
        lock (access)
        {
            Trim();
            return names.All(name => !failures.TryGetValue(name, out var list) || list.Count < FailuresAnHour - KeptForSchedule);
        }
    }

    /// <summary>When the hour's failures leave room for another try.</summary>
    public DateTimeOffset EarliestFor(IEnumerable<string> names)
    {
        lock (access)
        {
            Trim();
            var earliest = DateTimeOffset.MinValue;
            foreach (var name in names)
            {
                if (failures.TryGetValue(name, out var list) && list.Count >= FailuresAnHour)
                {
                    earliest = Later(earliest, list[^FailuresAnHour] + Window);
                }
            }

            return earliest;
        }
    }

    private void Trim()
    {
        var start = time.GetUtcNow() - Window;
        foreach (var (name, list) in failures.ToArray())
        {
            list.RemoveAll(moment => moment <= start);
            if (list.Count == 0)
            {
                failures.Remove(name);
            }
        }
    }

    /// <summary>The shorter of two pauses, where the second has a least length.</summary>
    private static TimeSpan Sooner(TimeSpan pause, TimeSpan other, TimeSpan least)
    {
        other = other < least ? least : other;
        return pause < other ? pause : other;
    }

    private static TimeSpan Step(TimeSpan[] table, int inARow) => table[Math.Clamp(inARow - 1, 0, table.Length - 1)];

    private static TimeSpan Jittered(TimeSpan pause) => pause * (1 + (Random.Shared.NextDouble() * 0.1));

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
