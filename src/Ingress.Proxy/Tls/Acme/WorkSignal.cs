using System.Threading.Channels;

namespace Ingress.Proxy.Tls.Acme;

/// <summary>Tells a loop that there is work. A signal is kept until a wait has ended by it, whenever it comes; several that nobody has waited for are one.</summary>
internal sealed class WorkSignal
{
    private readonly Channel<bool> raised = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Raise() => raised.Writer.TryWrite(true);

    /// <summary>Returns at the next signal, after <paramref name="longest"/>, or when cancelled, whichever is first.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellation)
    {
        // Waiting for the channel takes nothing out of it, so a wait that is given up cannot swallow a signal.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(raised.Reader.WaitToReadAsync(end.Token).AsTask(), Task.Delay(longest, time, end.Token));
        await end.CancelAsync();
        raised.Reader.TryRead(out _);
    }
}
