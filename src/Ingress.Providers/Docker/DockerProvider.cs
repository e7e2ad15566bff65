using System.Threading.Channels;
using Docker.DotNet.Models;
using Ingress.Providers.DockerEngine;
using Ingress.Providers.Labels;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Templating;
using Ingress.Proxy.Extensibility;
using Microsoft.Extensions.Logging;

namespace Ingress.Providers.Docker;

/// <summary>Routes from the labels of containers (<c>providers.docker</c>).</summary>
[AllowEmpty]
public sealed record DockerProviderOptions : EngineOptions
{
    /// <summary>Further engines by name, each publishing as <c>docker-NAME</c>; an addition of Ingress. Default: none.</summary>
    public IReadOnlyDictionary<string, DockerHostOptions> Hosts { get; init; } = new Dictionary<string, DockerHostOptions>();
}

/// <summary>
/// Publishes what the labels of an engine's containers say, and follows its events. Whatever becomes of the engine, what was published last stays in force until
/// a newer state has been read whole.
/// </summary>
internal sealed partial class DockerProvider : IProvider
{
    // Bursts of events are answered together: a compose project that starts makes dozens within this time.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(50);

    // What happened while the stream was being opened is seen by one more reading.
    private static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(1);

    // No event is meant to be missed; where one was, the routes are right again after this time.
    private static readonly TimeSpan Resync = TimeSpan.FromMinutes(10);

    // Where an inspection failed, the list that stands in for it may be behind the event that was answered.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private readonly FollowedEngine engine;
    private readonly DecoderSettings decoding;
    private readonly ContainerInventory inventory = new();
    private readonly ContainerSnapshot snapshot;
    private readonly DiscoveryLog log;
    private readonly TimeSpan throttle;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly EngineOutage outage;
    private DynamicConfiguration? last;
    private IReadOnlyList<DiscoveryFinding> lastFindings = [];

    public DockerProvider(FollowedEngine engine, DecoderSettings decoding, TimeSpan throttle, TimeProvider time, ILogger logger)
    {
        this.engine = engine;
        this.decoding = decoding;
        snapshot = new ContainerSnapshot(engine.Options.Snapshot);
        log = new DiscoveryLog(Name, logger);
        outage = new EngineOutage(Name, logger);
        this.throttle = throttle;
        this.time = time;
        this.logger = logger;
    }

    /// <inheritdoc/>
    public string Name => engine.Name;

    /// <inheritdoc/>
    public async Task RunAsync(IConfigurationSink sink, CancellationToken cancellation)
    {
        DockerTranslation translation;
        try
        {
            translation = new DockerTranslation(engine.Options, decoding, engine.PublishedAt);
        }
        catch (TemplateException exception)
        {
            LogBadRule(logger, Name, exception.Message);
            Publish(sink, new DynamicConfiguration(), [Trouble($"defaultRule: {exception.Message}; no container is routed")]);
            return;
        }

        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(translation, sink, cancellation).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (EngineFault.Is(exception))
            {
                if (cancellation.IsCancellationRequested)
                {
                    return;
                }

                await PauseAsync(translation, sink, exception, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads, publishes and follows events until the engine fails; returns where following is not wanted.</summary>
    private async Task FollowAsync(DockerTranslation translation, IConfigurationSink sink, CancellationToken cancellation)
    {
        using var client = await EngineClient.ConnectAsync(engine.Endpoint, cancellation).ConfigureAwait(false);
        inventory.ForgetSignals();
        await ReadAsync(client, translation, sink, cancellation).ConfigureAwait(false);
        if (!engine.Options.Watch)
        {
            outage.Over();
            return;
        }

        var wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var events = client.Api.System.MonitorEventsAsync(Wanted(), new EventReceiver(inventory, wake.Writer), end.Token);
        try
        {
            await AnswerEventsAsync(client, translation, sink, wake.Reader, events, cancellation).ConfigureAwait(false);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task AnswerEventsAsync(
        EngineClient client,
        DockerTranslation translation,
        IConfigurationSink sink,
        ChannelReader<bool> wake,
        Task events,
        CancellationToken cancellation)
    {
        var pause = SecondLook;
        while (true)
        {
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var woken = wake.WaitToReadAsync(wait.Token).AsTask();
            var timer = Task.Delay(pause, time, wait.Token);
            await Task.WhenAny(woken, timer, events).ConfigureAwait(false);
            await wait.CancelAsync().ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            if (events.IsCompleted)
            {
                await events.ConfigureAwait(false);
                throw new IOException("the engine ended the stream of events");
            }

            await Task.Delay(Settling, time, cancellation).ConfigureAwait(false);
            wake.TryRead(out _);
            pause = await TryReadAsync(client, translation, sink, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Reads while the stream of events is open; a failure is tried again later. Gives the time to the next reading without an event.</summary>
    private async Task<TimeSpan> TryReadAsync(EngineClient client, DockerTranslation translation, IConfigurationSink sink, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        bool isComplete;
        try
        {
            isComplete = await ReadAsync(client, translation, sink, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (EngineFault.Is(exception) && !cancellation.IsCancellationRequested)
        {
            return Report(sink, exception);
        }

        // Only now, as an engine that answers but cannot be followed is tried anew all the time.
        outage.Over();

        // Nothing would be applied before the throttle period is over, so in a storm of events one reading per period does. A slow engine is given as much
        // rest as it needed work.
        var (worked, held) = (time.GetElapsedTime(started), throttle - Settling);
        await Task.Delay(worked > held ? worked : held, time, cancellation).ConfigureAwait(false);
        return isComplete ? Resync : LookAgain;
    }

    /// <summary>Reads and publishes; whether every container could be inspected.</summary>
    private async Task<bool> ReadAsync(EngineClient client, DockerTranslation translation, IConfigurationSink sink, CancellationToken cancellation)
    {
        var (containers, faults) = await inventory.ReadAsync(client, cancellation).ConfigureAwait(false);
        var networks = OwnContainer.Networks(containers, OwnContainer.FindId);
        var findings = new Findings();
        foreach (var (name, fault) in faults)
        {
            findings.Warning(name, fault);
        }

        Translate(translation, sink, containers, networks, findings);
        Keep(new ContainerSnapshot.Content(containers, [.. networks]));
        return faults.Count == 0;
    }

    private void Translate(
        DockerTranslation translation,
        IConfigurationSink sink,
        IReadOnlyList<Container> containers,
        IReadOnlyCollection<string> networks,
        Findings findings)
    {
        last = translation.Translate(containers, networks, findings);
        lastFindings = findings.All;
        log.Report(lastFindings);
        Publish(sink, last, lastFindings);
    }

    private async Task PauseAsync(DockerTranslation translation, IConfigurationSink sink, Exception exception, CancellationToken cancellation)
    {
        if (last is null && snapshot.IsWanted)
        {
            Restore(translation, sink);
        }

        var pause = Report(sink, exception);
        try
        {
            await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The process ends; the loop sees it.
        }
    }

    private TimeSpan Report(IConfigurationSink sink, Exception exception)
    {
        var text = EngineFault.Text(exception);
        Publish(sink, last ?? new DynamicConfiguration(), [Trouble($"the engine at {engine.Endpoint.Address} cannot be followed: {text}; the last configuration stays in force"), .. lastFindings]);
        return outage.Failed(text);
    }

    private void Restore(DockerTranslation translation, IConfigurationSink sink)
    {
        try
        {
            if (snapshot.Read() is { } content)
            {
                LogRestored(logger, Name, engine.Options.Snapshot, content.Containers.Count);
                Translate(translation, sink, content.Containers, content.OwnNetworks, new Findings());
            }
        }
        catch (Exception exception) when (exception is IOException or System.Text.Json.JsonException or UnauthorizedAccessException)
        {
            LogBadSnapshot(logger, Name, engine.Options.Snapshot, exception.Message);
        }
    }

    private void Keep(ContainerSnapshot.Content content)
    {
        if (!snapshot.IsWanted)
        {
            return;
        }

        try
        {
            snapshot.Write(content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogBadSnapshot(logger, Name, engine.Options.Snapshot, exception.Message);
        }
    }

    private void Publish(IConfigurationSink sink, DynamicConfiguration configuration, IReadOnlyList<DiscoveryFinding> findings) =>
        sink.Publish(new ProviderMessage { Provider = Name, Configuration = configuration, Findings = findings });

    private static DiscoveryFinding Trouble(string reason) => new() { Subject = "engine", Outcome = "warning", Reason = reason };

    private static ContainerEventsParameters Wanted()
    {
        // Podman knows the end of a container by another name, which it shows as Docker's only after it has filtered.
        string[] events = ["start", "die", "died", "kill", "health_status", "connect", "disconnect"];
        return new()
        {
            Filters = new Dictionary<string, IDictionary<string, bool>>
            {
                ["type"] = new Dictionary<string, bool> { ["container"] = true, ["network"] = true },
                ["event"] = events.ToDictionary(name => name, _ => true, StringComparer.Ordinal),
            },
        };
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Provider}: the default rule is no template, so no container is routed: {Fault}")]
    private static partial void LogBadRule(ILogger logger, string provider, string fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Provider}: the engine is away, so {Count} containers are taken from {Snapshot}")]
    private static partial void LogRestored(ILogger logger, string provider, string snapshot, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Provider}: the snapshot {Snapshot} cannot be used: {Fault}")]
    private static partial void LogBadSnapshot(ILogger logger, string provider, string snapshot, string fault);

    /// <summary>Notes what an event says of its container, and wakes the reader.</summary>
    private sealed class EventReceiver(ContainerInventory inventory, ChannelWriter<bool> wake) : IProgress<Message>
    {
        public void Report(Message value)
        {
            var id = value.Type == "network" ? Attribute(value, "container") : value.Actor?.ID ?? "";
            if (id.Length > 0)
            {
                inventory.Forget(id);
            }

            if (value.Action == "kill")
            {
                inventory.NoteSignal(id, Attribute(value, "signal"));
            }
            else if (value.Action is "start" or "die")
            {
                inventory.ForgetSignal(id);
            }

            wake.TryWrite(true);
        }

        private static string Attribute(Message value, string name) => value.Actor?.Attributes is { } attributes && attributes.TryGetValue(name, out var text) ? text : "";
    }
}
