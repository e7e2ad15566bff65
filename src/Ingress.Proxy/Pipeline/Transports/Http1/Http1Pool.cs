using System.Collections.Concurrent;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>The idle connections to one server. The one used last is taken first, so that a quiet server's surplus ages and goes.</summary>
internal sealed class Http1Pool : IDisposable
{
    private const int WhenUnset = 2;
    private readonly ConcurrentStack<Http1Connection> idle = new();
    private readonly int maxIdle;
    private readonly TimeSpan idleTimeout;
    private readonly TimeProvider time;
    private readonly ITimer? sweeper;
    private int count;
    private volatile bool isClosed;

    public Http1Pool(int maxIdle, TimeSpan idleTimeout, TimeProvider time)
    {
        this.maxIdle = maxIdle == 0 ? WhenUnset : maxIdle;
        this.idleTimeout = idleTimeout;
        this.time = time;
        if (idleTimeout > TimeSpan.Zero)
        {
            var interval = TimeSpan.FromSeconds(Math.Clamp(idleTimeout.TotalSeconds / 2, 1, 30));
            sweeper = time.CreateTimer(static pool => ((Http1Pool)pool!).Sweep(), this, interval, interval);
        }
    }

    /// <summary>An idle connection that still looks alive, or null.</summary>
    public Http1Connection? Rent()
    {
        while (idle.TryPop(out var connection))
        {
            Interlocked.Decrement(ref count);
            if (!IsTooOld(connection) && connection.IsAlive)
            {
                return connection;
            }

            connection.Dispose();
        }

        return null;
    }

    /// <summary>Takes back a connection whose last exchange ended cleanly.</summary>
    public void Return(Http1Connection connection)
    {
        connection.IdleSince = time.GetTimestamp();
        if (isClosed || Interlocked.Increment(ref count) > maxIdle)
        {
            Interlocked.Decrement(ref count);
            connection.Dispose();
            return;
        }

        idle.Push(connection);
        if (isClosed)
        {
            Close();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        isClosed = true;
        sweeper?.Dispose();
        Close();
    }

    private bool IsTooOld(Http1Connection connection) => idleTimeout > TimeSpan.Zero && time.GetElapsedTime(connection.IdleSince) > idleTimeout;

    private void Close()
    {
        while (idle.TryPop(out var connection))
        {
            connection.Dispose();
        }
    }

    private void Sweep()
    {
        // The oldest lie at the bottom of the stack: take all, and put back those that may stay.
        var all = new Http1Connection[Math.Max(idle.Count, 1)];
        var taken = idle.TryPopRange(all);
        for (var i = taken - 1; i >= 0; i--)
        {
            if (isClosed || IsTooOld(all[i]))
            {
                Interlocked.Decrement(ref count);
                all[i].Dispose();
            }
            else
            {
                idle.Push(all[i]);
            }
        }
    }
}
