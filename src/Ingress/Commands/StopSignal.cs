using System.Runtime.InteropServices;

namespace Ingress.Commands;

/// <summary>Waits for SIGTERM or SIGINT, which from here on no longer end the process by themselves.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly TaskCompletionSource received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration terminate;
    private readonly PosixSignalRegistration interrupt;

    public StopSignal()
    {
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take);
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Take);
    }

    /// <summary>Completes with the first signal.</summary>
    public Task Received => received.Task;

    /// <inheritdoc/>
    public void Dispose()
    {
        terminate.Dispose();
        interrupt.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        context.Cancel = true;
        received.TrySetResult();
    }
}
