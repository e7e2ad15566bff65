using Microsoft.Extensions.Time.Testing;

namespace Ingress.Proxy.Tests.Tls.Acme;

/// <summary>A clock that the test moves and that knows how many are waiting for it, which tells whether all work of a moment is done.</summary>
internal sealed class CountingClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private int waiting;

    public int Waiting => Volatile.Read(ref waiting);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer(this, callback, state, dueTime, period);

    private ITimer CreateRealTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, dueTime, period);

    private sealed class Timer : ITimer
    {
        private readonly CountingClock clock;
        private readonly ITimer inner;
        private int counted;

        public Timer(CountingClock clock, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            this.clock = clock;
            Count(dueTime != Timeout.InfiniteTimeSpan);
            inner = clock.CreateRealTimer(
                own =>
                {
                    Count(false);
                    callback(own);
                },
                state, dueTime, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Count(dueTime != Timeout.InfiniteTimeSpan);
            return inner.Change(dueTime, period);
        }

        public void Dispose()
        {
            Count(false);
            inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Count(false);
            return inner.DisposeAsync();
        }

        private void Count(bool waits)
        {
            var change = (waits ? 1 : 0) - Interlocked.Exchange(ref counted, waits ? 1 : 0);
            Interlocked.Add(ref clock.waiting, change);
        }
    }
}
