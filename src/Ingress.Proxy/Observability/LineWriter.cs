using System.Buffers;

namespace Ingress.Proxy.Observability;

/// <summary>
/// Writes finished lines to a file or to standard output from a task of its own: whoever logs only copies bytes. What comes in while too much is waiting is
/// dropped and counted.
/// </summary>
internal sealed class LineWriter : IAsyncDisposable
{
    private const int MostWaitingBytes = 8 * 1024 * 1024;

    private readonly LineTarget _target;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Task _writing;
    private ArrayBufferWriter<byte> _filling = new(16 * 1024);
    private ArrayBufferWriter<byte> _emptying = new(16 * 1024);
    private bool _awake;
    private bool _reopen;
    private bool _closed;
    private long _dropped;

    public LineWriter(LineTarget target)
    {
        _target = target;
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>How many lines were lost so far.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Takes a line with its line end; false where it was dropped.</summary>
    public bool TryWrite(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            if (_closed || _filling.WrittenCount + line.Length > MostWaitingBytes)
            {
                _dropped++;
                return false;
            }

            _filling.Write(line);
        }

        Wake();
        return true;
    }

    /// <summary>Opens the file anew before the next line, as log rotation asks for.</summary>
    public void Reopen()
    {
        Volatile.Write(ref _reopen, true);
        Wake();
    }

    /// <summary>Writes what is waiting and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
        }

        _wake.Release();
        await _writing.ConfigureAwait(false);
        _target.Dispose();
        _wake.Dispose();
    }

    private void Wake()
    {
        if (!Interlocked.Exchange(ref _awake, true))
        {
            _wake.Release();
        }
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            await _wake.WaitAsync().ConfigureAwait(false);
            Volatile.Write(ref _awake, false);
            if (Interlocked.Exchange(ref _reopen, false))
            {
                _target.Reopen();
            }

            bool closed;
            lock (_gate)
            {
                (_filling, _emptying) = (_emptying, _filling);
                closed = _closed;
            }

            if (_emptying.WrittenCount > 0)
            {
                _target.Write(_emptying.WrittenSpan);
                _emptying.ResetWrittenCount();
            }

            if (closed)
            {
                return;
            }
        }
    }
}
