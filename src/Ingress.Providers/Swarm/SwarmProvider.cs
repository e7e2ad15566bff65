using Docker.DotNet.Models;
using Ingress.Providers.DockerEngine;
using Ingress.Providers.Labels;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Templating;
using Ingress.Proxy.Extensibility;
using Microsoft.Extensions.Logging;

namespace Ingress.Providers.Swarm;

/// <summary>Routes from the labels of Swarm services (<c>providers.swarm</c>).</summary>
[AllowEmpty]
public sealed record SwarmProviderOptions : EngineOptions
{
    /// <summary>Time between two readings of the cluster. Default: 15s; 0 and less stand for it.</summary>
    public GoDuration RefreshSeconds { get; init; } = GoDuration.FromSeconds(15);
}

/// <summary>
/// Asks a Swarm manager from time to time for services and their tasks, and publishes what the services' labels say. Events of the manager make it ask at once;
/// one that sends none, or not those of other nodes, is asked as often as <c>refreshSeconds</c> says. A manager that does not answer leaves the last configuration
/// in force.
/// </summary>
internal sealed partial class SwarmProvider(SwarmProviderOptions options, DecoderSettings decoding, TimeProvider time, ILogger logger) : IProvider
{
    private static readonly TimeSpan UsualRefresh = TimeSpan.FromSeconds(15);

    // Bursts of events are answered together.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);

    // A container's event comes before its manager knows of the task's new state.
    private static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(1);

    private readonly EngineEndpoint endpoint = EngineEndpoint.From(options, Environment.GetEnvironmentVariable);
    private readonly DiscoveryLog discovery = new("swarm", logger);
    private readonly EngineOutage outage = new("swarm", logger);
    private DynamicConfiguration? last;
    private IReadOnlyList<DiscoveryFinding> lastFindings = [];
    private bool isSecondLook;

    /// <inheritdoc/>
    public string Name => "swarm";

    private TimeSpan Refresh => options.RefreshSeconds > GoDuration.Zero ? options.RefreshSeconds.ToTimeSpan() : UsualRefresh;

    /// <inheritdoc/>
    public async Task RunAsync(IConfigurationSink sink, CancellationToken cancellation)
    {
        SwarmTranslation translation;
        try
        {
            translation = new SwarmTranslation(options, decoding);
        }
        catch (TemplateException exception)
        {
            LogBadRule(logger, exception.Message);
            return;
        }

        while (true)
        {
            TimeSpan pause;
            try
            {
                pause = await FollowAsync(translation, sink, cancellation).ConfigureAwait(false);
            }
            catch (Exception exception) when (EngineFault.Is(exception) && !cancellation.IsCancellationRequested)
            {
                pause = Report(sink, exception);
            }

            if (pause == Timeout.InfiniteTimeSpan)
            {
                return;
            }

            await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
        }
    }

    // Reads until the manager fails; returns at once where following is not wanted.
    private async Task<TimeSpan> FollowAsync(SwarmTranslation translation, IConfigurationSink sink, CancellationToken cancellation)
    {
        using var client = await EngineClient.ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var wake = new SemaphoreSlim(0);
        var events = options.Watch ? client.Api.System.MonitorEventsAsync(Wanted(), new Bell(wake), end.Token) : Task.CompletedTask;
        try
        {
            while (true)
            {
                await ReadAsync(client, translation, sink, cancellation).ConfigureAwait(false);
                if (!options.Watch)
                {
                    return Timeout.InfiniteTimeSpan;
                }

                await PauseAsync(wake, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await events.ContinueWith(static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(EngineClient client, SwarmTranslation translation, IConfigurationSink sink, CancellationToken cancellation)
    {
        var services = await client.AskAsync(token => client.Api.Swarm.ListServicesAsync(new ServiceListParameters(), token), cancellation).ConfigureAwait(false);
        var networks = await client.AskAsync(token => client.Api.Networks.ListNetworksAsync(new NetworksListParameters(), token), cancellation).ConfigureAwait(false);
        var tasks = await client.AskAsync(client.Api.Tasks.ListAsync, cancellation).ConfigureAwait(false);
        var findings = new Findings();
        last = translation.Translate([.. services], [.. tasks], networks.ToDictionary(network => network.ID, network => network.Name, StringComparer.Ordinal), findings);
        lastFindings = findings.All;
        discovery.Report(lastFindings);
        sink.Publish(new ProviderMessage { Provider = Name, Configuration = last, Findings = lastFindings });
        outage.Over();
    }

    /// <summary>Waits for an event, at most as long as the options say.</summary>
    private async Task PauseAsync(SemaphoreSlim wake, CancellationToken cancellation)
    {
        var pause = isSecondLook && SecondLook < Refresh ? SecondLook : Refresh;
        using var due = new CancellationTokenSource(pause, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellation);
        try
        {
            await wake.WaitAsync(either.Token).ConfigureAwait(false);
            isSecondLook = true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            isSecondLook = false;
            return;
        }

        await Task.Delay(Settling, time, cancellation).ConfigureAwait(false);
        while (wake.Wait(0, CancellationToken.None))
        {
            // Events that came meanwhile are answered by the same reading.
        }
    }

    private static ContainerEventsParameters Wanted()
    {
        string[] types = ["service", "container"];
        string[] events = ["create", "update", "remove", "start", "kill", "die", "health_status"];
        return new()
        {
            Filters = new Dictionary<string, IDictionary<string, bool>>
            {
                ["type"] = types.ToDictionary(name => name, _ => true, StringComparer.Ordinal),
                ["event"] = events.ToDictionary(name => name, _ => true, StringComparer.Ordinal),
            },
        };
    }

    private TimeSpan Report(IConfigurationSink sink, Exception exception)
    {
        var text = EngineFault.Text(exception);
        var trouble = new DiscoveryFinding
        {
            Subject = "engine",
            Outcome = "warning",
            Reason = $"the manager at {endpoint.Address} cannot be asked: {text}; the last configuration stays in force",
        };
        sink.Publish(new ProviderMessage { Provider = Name, Configuration = last ?? new DynamicConfiguration(), Findings = [trouble, .. lastFindings] });
        return outage.Failed(text);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "swarm: the default rule is no template, so no service is routed: {Fault}")]
    private static partial void LogBadRule(ILogger logger, string fault);

    private sealed class Bell(SemaphoreSlim wake) : IProgress<Message>
    {
        public void Report(Message value) => wake.Release();
    }
}
