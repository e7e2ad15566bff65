using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>The operator makes the record by hand: the log says which, and the order waits for it (<c>MANUAL_PROPAGATION_TIMEOUT</c>, default one hour).</summary>
internal sealed partial class ManualProvider(ProviderEnvironment environment, ProviderSetup setup) : IDnsProvider
{
    public ProviderTimes Times { get; } = environment.Times("MANUAL", 3600, 10);

    public Task PresentAsync(TxtRecord record, CancellationToken cancellation)
    {
        LogMake(setup.Logger, record.Name, record.Value, Times.Timeout);
        return Task.CompletedTask;
    }

    public Task CleanUpAsync(TxtRecord record, CancellationToken cancellation)
    {
        LogRemove(setup.Logger, record.Name, record.Value);
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Please make the DNS record {Name} TXT \"{Value}\"; it is waited for up to {Time}")]
    private static partial void LogMake(ILogger logger, string name, string value, TimeSpan time);

    [LoggerMessage(Level = LogLevel.Information, Message = "The DNS record {Name} TXT \"{Value}\" can be removed")]
    private static partial void LogRemove(ILogger logger, string name, string value);
}
