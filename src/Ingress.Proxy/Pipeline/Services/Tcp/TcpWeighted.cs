using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Services.Tcp;

/// <summary>Sends connections to other services by weight.</summary>
internal sealed partial class TcpWeighted(string name, IReadOnlyList<(TcpService Item, int Weight)> children, bool isChecked, ILogger logger) : TcpService
{
    private readonly WeightedTurns<TcpService> turns = new(children);

    /// <inheritdoc/>
    public override bool IsUp => children.Any(child => child.Weight > 0 && child.Item.IsUp);

    /// <inheritdoc/>
    public override bool HasHealth => isChecked;

    /// <inheritdoc/>
    public override Task HandleAsync(TcpConnection connection)
    {
        if (turns.Next(child => !isChecked || child.IsUp) is { } child)
        {
            return child.HandleAsync(connection);
        }

        LogNoService(logger, name);
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "TCP service {ServiceName} has no service to send to; connection closed")]
    private static partial void LogNoService(ILogger logger, string serviceName);
}
