using Microsoft.Extensions.Time.Testing;

namespace Ingress.Proxy.Tests.Tls.Acme;

/// <summary>A clock that the test moves and that knows how many are waiting for it, which tells whether all work of a moment is done.</summary>
internal sealed class CountingClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private int _waiting;

    public int Waiting => Volatile.Read(ref _waiting);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer(this, callback, state, dueTime, period);

    private ITimer CreateRealTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, dueTime, period);

    private sealed class Timer : ITimer
    {
        private readonly CountingClock _clock;
        private readonly ITimer _inner;
        private int _counted;

        public Timer(CountingClock clock, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _clock = clock;
            Count(dueTime != Timeout.InfiniteTimeSpan);
            _inner = clock.CreateRealTimer(
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
            return _inner.Change(dueTime, period);
        }

        public void Dispose()
        {
            Count(false);
            _inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Count(false);
            return _inner.DisposeAsync();
        }

        private void Count(bool waits)
        {
            var change = (waits ? 1 : 0) - Interlocked.Exchange(ref _counted, waits ? 1 : 0);
            Interlocked.Add(ref _clock._waiting, change);
        }
    }
}
