namespace Ingress.Proxy.Pipeline.Services.Tcp;

/// <summary>A TCP service, built once for each name in a snapshot.</summary>
internal abstract class TcpService
{
    /// <summary>Takes a connection.</summary>
    public abstract Task HandleAsync(TcpConnection connection);

    /// <summary>Whether there is any server that may be asked.</summary>
    public virtual bool IsUp => true;

    /// <summary>Whether its health is known to those that contain it.</summary>
    public virtual bool HasHealth => false;
}
