using System.Collections.Concurrent;
using System.Net.Security;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>The connections to one server over which HTTP/1.1 is spoken. The one used last is used first, so that those in excess grow old and are closed.</summary>
internal sealed class Http1Pool : IDisposable
{
    private const int TrustedIdleMilliseconds = 500;

    private readonly ConcurrentStack<Http1Connection> idle = new();
    private readonly Func<bool, CancellationToken, ValueTask<Http1Connection>> dial;
    private readonly TimeSpan idleTimeout;
    private readonly long idleMilliseconds;
    private readonly int mostIdle;
    private readonly ITimer sweeper;
    private int idleCount;
    private volatile bool isClosed;

    /// <param name="dial">Opens a connection; the argument says whether HTTP/2 may be offered.</param>
    /// <param name="mayNegotiate">Whether the server may turn out to speak HTTP/2.</param>
    /// <param name="idleTimeout">How long an idle connection is kept.</param>
    /// <param name="mostIdle">How many idle connections are kept.</param>
    public Http1Pool(Func<bool, CancellationToken, ValueTask<Http1Connection>> dial, bool mayNegotiate, TimeSpan idleTimeout, int mostIdle)
    {
        this.dial = dial;
        this.mostIdle = mostIdle;
        this.idleTimeout = idleTimeout;
        idleMilliseconds = idleTimeout == Timeout.InfiniteTimeSpan ? long.MaxValue : (long)idleTimeout.TotalMilliseconds;
        IsUndecided = mayNegotiate;
        var period = TimeSpan.FromMilliseconds(Math.Clamp(idleMilliseconds / 4, 250, 30_000));
        sweeper = TimeProvider.System.CreateTimer(static pool => ((Http1Pool)pool!).Sweep(), this, period, period);
    }

    /// <summary>Whether it is not known yet if the server speaks HTTP/2.</summary>
    public bool IsUndecided { get; private set; }

    /// <summary>Whether the server has chosen HTTP/2, so that its requests belong elsewhere.</summary>
    public bool SpeaksHttp2 { get; private set; }

    /// <summary>Connections to the same server for one client alone, which speak HTTP/1.1 in any case.</summary>
    public Http1Pool ForOneClient() => new(dial, mayNegotiate: false, idleTimeout, mostIdle);

    /// <summary>An idle connection, or null. One that has rested for a while, or must not fail, is looked at first.</summary>
    public Http1Connection? Take(bool mustBeAlive)
    {
        while (idle.TryPop(out var connection))
        {
            Interlocked.Decrement(ref idleCount);
            var rested = Environment.TickCount64 - connection.IdleSince;
            if (rested < idleMilliseconds && ((rested < TrustedIdleMilliseconds && !mustBeAlive) || !connection.IsStale()))
            {
                connection.Begin();
                return connection;
            }

            connection.Dispose();
        }

        return null;
    }

    /// <summary>A new connection; null where the server chose HTTP/2.</summary>
    public async ValueTask<Http1Connection?> DialAsync(CancellationToken cancellation)
    {
        var offers = IsUndecided;
        var connection = await dial(offers, cancellation).ConfigureAwait(false);
        if (offers)
        {
            IsUndecided = false;
            if (connection.Stream is SslStream secure && secure.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2)
            {
                SpeaksHttp2 = true;
                connection.Dispose();
                return null;
            }
        }

        connection.Begin();
        return connection;
    }

    /// <summary>Takes back a connection whose answer has been read to its end.</summary>
    public void Return(Http1Connection connection)
    {
        connection.Rest();
        if (isClosed || Interlocked.Increment(ref idleCount) > mostIdle)
        {
            if (!isClosed)
            {
                Interlocked.Decrement(ref idleCount);
            }

            connection.Dispose();
            return;
        }

        connection.IsReused = true;
        connection.IdleSince = Environment.TickCount64;
        idle.Push(connection);
        if (isClosed)
        {
            Drain();
        }
    }

    public void Dispose()
    {
        isClosed = true;
        sweeper.Dispose();
        Drain();
    }

    private void Drain()
    {
        while (idle.TryPop(out var connection))
        {
            connection.Dispose();
        }
    }

    // Closes what is too old or was closed by the server. Those that stay keep their order.
    private void Sweep()
    {
        if (idle.IsEmpty)
        {
            return;
        }

        var all = new Http1Connection[idle.Count];
        var count = idle.TryPopRange(all);
        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            if (Environment.TickCount64 - all[i].IdleSince < idleMilliseconds && !all[i].IsStale())
            {
                all[kept++] = all[i];
            }
            else
            {
                Interlocked.Decrement(ref idleCount);
                all[i].Dispose();
            }
        }

        Array.Reverse(all, 0, kept);
        if (kept > 0)
        {
            idle.PushRange(all, 0, kept);
        }

        if (isClosed)
        {
            Drain();
        }
    }
}
