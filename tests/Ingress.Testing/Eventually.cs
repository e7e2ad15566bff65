using System.Diagnostics;

namespace Ingress.Testing;

/// <summary>Waits for what happens soon, but not at once.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Returns once the condition holds, and how long that took; throws after <paramref name="limit"/> (default 10 s), naming <paramref name="what"/>.</summary>
    public static async Task<TimeSpan> HoldsAsync(string what, Func<Task<bool>> condition, TimeSpan? limit = null)
    {
        var end = limit ?? TimeSpan.FromSeconds(10);
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > end)
            {
                throw new TimeoutException($"{what}: not within {end.TotalSeconds} s");
            }

            await Task.Delay(Pause);
        }

        return clock.Elapsed;
    }

    /// <summary>The same for a condition that needs no waiting itself.</summary>
    public static Task<TimeSpan> HoldsAsync(string what, Func<bool> condition, TimeSpan? limit = null) =>
        HoldsAsync(what, () => Task.FromResult(condition()), limit);
}
