using Ingress.Proxy.Tls.Acme;
using Microsoft.Extensions.Time.Testing;

namespace Ingress.Proxy.Tests.Tls.Acme;

/// <summary>The clock of these tests stands still unless they move it: a wait that ends has ended by a signal.</summary>
public sealed class WorkSignalTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WorkSignal signal = new();
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task ASignalEndsTheWait()
    {
        var wait = WaitAsync();
        Assert.False(wait.IsCompleted);
        signal.Raise();
        await wait.WaitAsync(Patience);
    }

    [Fact]
    public async Task ASignalRaisedWhileTheLoopWorksEndsItsNextWait()
    {
        signal.Raise();
        await WaitAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task SignalsThatNobodyHasWaitedForAreOne()
    {
        signal.Raise();
        signal.Raise();
        await WaitAsync().WaitAsync(Patience);
        Assert.False(WaitAsync().IsCompleted);
    }

    [Fact]
    public async Task TheWaitEndsWhenItsTimeIsOver()
    {
        var wait = WaitAsync();
        clock.Advance(Longest - TimeSpan.FromTicks(1));
        Assert.False(wait.IsCompleted);
        clock.Advance(TimeSpan.FromTicks(1));
        await wait.WaitAsync(Patience);
    }

    [Fact]
    public async Task TheWaitEndsWhenTheLoopIsToEnd()
    {
        using var ending = new CancellationTokenSource();
        var wait = signal.WaitAsync(Longest, clock, ending.Token);
        await ending.CancelAsync();
        await wait.WaitAsync(Patience);
    }

    /// <summary>A wait that time has ended must leave nobody behind who takes the signal that comes just then.</summary>
    [Fact]
    public async Task NoSignalIsLostBesideAWaitThatTimeHasEnded()
    {
        for (var round = 0; round < 5_000; round++)
        {
            var timedOut = WaitAsync();
            clock.Advance(Longest);
            await timedOut.WaitAsync(Patience);
            signal.Raise();
            await WaitAsync().WaitAsync(Patience);
        }
    }

    /// <summary>Signals from elsewhere, at any moment of the loop: after the last one, the loop has worked once more.</summary>
    [Fact]
    public async Task EachSignalIsFollowedByWork()
    {
        var asked = 0;
        var done = 0;
        using var ending = new CancellationTokenSource();
        var loop = Task.Run(async () =>
        {
            while (!ending.IsCancellationRequested)
            {
                Volatile.Write(ref done, Volatile.Read(ref asked));
                await signal.WaitAsync(Longest, clock, ending.Token);
            }
        });
        for (var work = 1; work <= 2_000; work++)
        {
            Volatile.Write(ref asked, work);
            signal.Raise();
            if (work % 3 == 0)
            {
                clock.Advance(Longest);
            }

            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref done) == work, Patience), $"work {work} was never done");
        }

        await ending.CancelAsync();
        await loop;
    }

    private Task WaitAsync() => signal.WaitAsync(Longest, clock, CancellationToken.None);
}
