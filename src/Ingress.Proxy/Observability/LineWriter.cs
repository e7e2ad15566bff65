using System.Buffers;

namespace Ingress.Proxy.Observability;

/// <summary>
/// Writes finished lines to a file or to standard output from a task of its own: whoever logs only copies bytes. What comes in while too much is waiting is
/// dropped and counted.
/// </summary>
internal sealed class LineWriter : IAsyncDisposable
{
    private const int MostWaitingBytes = 8 * 1024 * 1024;

    private readonly LineTarget target;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim wake = new(0);
    private readonly Task writing;
    private ArrayBufferWriter<byte> filling = new(16 * 1024);
    private ArrayBufferWriter<byte> emptying = new(16 * 1024);
    private bool awake;
    private bool reopen;
    private bool closed;
    private long dropped;

    public LineWriter(LineTarget target)
    {
        this.target = target;
        writing = Task.Run(WriteAsync);
    }

    /// <summary>How many lines were lost so far.</summary>
    public long Dropped => Volatile.Read(ref dropped);

    /// <summary>Takes a line with its line end; false where it was dropped.</summary>
    public bool TryWrite(ReadOnlySpan<byte> line)
    {
        lock (gate)
        {
            if (closed || filling.WrittenCount + line.Length > MostWaitingBytes)
            {
                dropped++;
                return false;
            }

            filling.Write(line);
        }

        Wake();
        return true;
    }

    /// <summary>Opens the file anew before the next line, as log rotation asks for.</summary>
    public void Reopen()
    {
        Volatile.Write(ref reopen, true);
        Wake();
    }

    /// <summary>Writes what is waiting and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (closed)
            {
                return;
            }

            closed = true;
        }

        wake.Release();
        await writing.ConfigureAwait(false);
        target.Dispose();
        wake.Dispose();
    }

    private void Wake()
    {
        if (!Interlocked.Exchange(ref awake, true))
        {
            wake.Release();
        }
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            await wake.WaitAsync().ConfigureAwait(false);
            Volatile.Write(ref awake, false);
            if (Interlocked.Exchange(ref reopen, false))
            {
                target.Reopen();
            }

            bool closed;
            lock (gate)
            {
                (filling, emptying) = (emptying, filling);
                closed = this.closed;
            }

            if (emptying.WrittenCount > 0)
            {
                target.Write(emptying.WrittenSpan);
                emptying.ResetWrittenCount();
            }

            if (closed)
            {
                return;
            }
        }
    }
}
