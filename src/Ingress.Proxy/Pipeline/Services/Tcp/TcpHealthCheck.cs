using System.Net.Sockets;
using System.Text;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Services.Tcp;

/// <summary>Probes the servers of one TCP service as long as its snapshot is in force.</summary>
internal sealed partial class TcpHealthCheck(
    RuntimeObject<TcpServiceConfig> service, TcpHealthCheckOptions options, IReadOnlyList<TcpServer> servers, TimeProvider time, ILogger logger)
{
    private const int LongestText = 65535;
    private static readonly TimeSpan StandardInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StandardTimeout = TimeSpan.FromSeconds(5);

    private readonly byte[] send = options.Send.Length <= LongestText ? Encoding.UTF8.GetBytes(options.Send) : [];
    private readonly byte[] expect = options.Expect.Length <= LongestText ? Encoding.UTF8.GetBytes(options.Expect) : [];
    private readonly TimeSpan timeout = Or(options.Timeout.ToTimeSpan(), StandardTimeout);

    /// <summary>Probes until cancelled: healthy and unhealthy servers each at their own interval.</summary>
    public Task RunAsync(CancellationToken cancellation)
    {
        var interval = Or(options.Interval.ToTimeSpan(), StandardInterval);
        var unhealthy = options.UnhealthyInterval is { } given ? Or(given.ToTimeSpan(), interval) : interval;
        return Task.WhenAll(servers.Select(server => WatchAsync(server, interval, unhealthy, cancellation)));
    }

    private async Task WatchAsync(TcpServer server, TimeSpan interval, TimeSpan unhealthy, CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(server.IsUp ? interval : unhealthy, time, cancellation).ConfigureAwait(false);
            var fault = await ProbeAsync(server, cancellation).ConfigureAwait(false);
            if (cancellation.IsCancellationRequested)
            {
                return;
            }

            var isUp = fault is null;
            if (isUp != server.IsUp)
            {
                server.IsUp = isUp;
                if (isUp)
                {
                    LogUp(logger, service.Name, server.Address);
                }
                else
                {
                    LogDown(logger, service.Name, server.Address, fault!);
                }
            }

            service.SetServer(server.Address, isUp);
        }
    }

    // What is wrong with the server, or null.
    private async Task<string?> ProbeAsync(TcpServer server, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server.Host, options.Port > 0 ? options.Port : server.Port, deadline.Token).ConfigureAwait(false);
            if (send.Length > 0)
            {
                await socket.SendAsync(send, deadline.Token).ConfigureAwait(false);
            }

            return expect.Length == 0 ? null : await ReadAsync(socket, deadline.Token).ConfigureAwait(false);
        }
        catch (SocketException error)
        {
            return error.Message;
        }
        catch (OperationCanceledException)
        {
            return "no answer within the timeout";
        }
    }

    private async Task<string?> ReadAsync(Socket socket, CancellationToken cancellation)
    {
        var answer = new byte[expect.Length];
        var length = 0;
        while (length < answer.Length)
        {
            var count = await socket.ReceiveAsync(answer.AsMemory(length), cancellation).ConfigureAwait(false);
            if (count == 0)
            {
                return "the answer ended early";
            }

            length += count;
            if (!answer.AsSpan(0, length).SequenceEqual(expect.AsSpan(0, length)))
            {
                return "the answer is not what was expected";
            }
        }

        return null;
    }

    private static TimeSpan Or(TimeSpan given, TimeSpan standard) => given > TimeSpan.Zero ? given : standard;

    [LoggerMessage(Level = LogLevel.Warning, Message = "TCP service {ServiceName}: server {Address} is down: {Reason}")]
    private static partial void LogDown(ILogger logger, string serviceName, string address, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "TCP service {ServiceName}: server {Address} is up again")]
    private static partial void LogUp(ILogger logger, string serviceName, string address);
}
