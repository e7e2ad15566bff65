using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Api;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Extensibility;
using Ingress.Proxy.Observability;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.EntryPoints;
using Ingress.Proxy.Tls.Acme;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy;

/// <summary>The whole proxy: entry points, the providers that feed it, and the configuration in force. Start it once, stop it once.</summary>
public sealed partial class ProxyHost : IConfigurationView, IAsyncDisposable
{
    // Requests that chose their handlers just before a swap may still send on the old connection pools.
    private static readonly TimeSpan DisposalDelay = TimeSpan.FromMinutes(1);
    private readonly StaticConfiguration settings;
    private readonly IReadOnlyList<IProvider> providers;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly PipelineBuilder builder;
    private readonly ConfigurationMerge merge;
    private readonly ConfigurationWatcher watcher;
    private readonly AcmeResolvers acme;
    private readonly WantedNames wantedNames;
    private readonly AlertHook? alertHook;
    private readonly CancellationTokenSource stopping = new();
    private readonly List<EntryPointServer> entryPoints = [];
    private readonly List<UdpListener> udpEntryPoints = [];
    private readonly List<Task> running = [];
    private readonly RequestObserver? observer;
    private readonly HostFlattening? flattening;
    private Snapshot? current;
    private IReadOnlyDictionary<string, ProviderMessage>? applied;
    private CancellationTokenSource? background;

    /// <param name="settings">The static configuration, with its computed defaults.</param>
    /// <param name="providers">The providers, in the order in which they start.</param>
    /// <param name="services">Internal services of planes, beside the proxy's own.</param>
    /// <param name="loggers">Where logs go.</param>
    /// <param name="time">The clock.</param>
    public ProxyHost(StaticConfiguration settings, IReadOnlyList<IProvider> providers, IReadOnlyList<IInternalService> services, ILoggerFactory loggers, TimeProvider time)
    {
        this.settings = settings;
        this.time = time;
        logger = loggers.CreateLogger<ProxyHost>();
        var resolvers = settings.CertificatesResolvers;
        acme = new AcmeResolvers(resolvers.Where(entry => entry.Value.Acme is not null).ToDictionary(entry => entry.Key, entry => entry.Value.Acme!), loggers, time);
        wantedNames = new WantedNames(resolvers.Where(entry => entry.Value.Acme is null).Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal), logger);
        var internalServices = new Dictionary<string, IInternalService>(StringComparer.Ordinal);
        foreach (var service in services.Concat(InternalServices.Of(settings, this)).Concat(acme.HasHttpChallenge ? [acme.HttpService] : []))
        {
            internalServices[service.Name] = service;
        }

        this.providers = [.. providers, new InternalProvider(settings, internalServices.Keys, logger)];
        merge = new ConfigurationMerge(settings, DefaultEntryPoints(settings), logger);
        builder = new PipelineBuilder(settings, internalServices, [.. acme.Resolvers], loggers, time);
        watcher = new ConfigurationWatcher(settings.Providers.ProvidersThrottleDuration.ToTimeSpan(), Apply, time, logger);
        foreach (var resolver in acme.Resolvers)
        {
            resolver.Changed += watcher.ApplyAgain;
        }

        if (settings.Alerts is { } alerts)
        {
            alertHook = new AlertHook(alerts, loggers.CreateLogger<AlertHook>(), time);
            acme.Alert += alertHook.Send;
        }

        observer = RequestObserver.Of(settings, loggers, time);
        flattening = HostFlattening.Of(settings.HostResolver, time, logger);
        foreach (var (name, options) in settings.EntryPoints)
        {
            if (!EntryPointAddress.Parse(name, options.Address).IsUdp)
            {
                entryPoints.Add(new EntryPointServer(name, options, new HandlerSwitch(), observer, flattening, loggers, time));
            }
            else
            {
                udpEntryPoints.Add(new UdpListener(name, options, loggers, time));
            }
        }
    }

    /// <inheritdoc/>
    public event Action? Changed;

    /// <inheritdoc/>
    public RuntimeConfiguration Current => current?.Configuration ?? new RuntimeConfiguration();

    /// <summary>Whether the process has been asked to end; ping says so.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>The certificates on offer, without the generated default one.</summary>
    internal IReadOnlyList<X509Certificate2> Certificates => current?.Certificates ?? [];

    /// <summary>How things stand with every certificate: those that resolvers look after, then the user's own.</summary>
    internal IReadOnlyList<AcmeNameStatus> CertificateStates() => [.. acme.Status(), .. UsersCertificates().Select(certificate => AcmeNameStatus.Of(certificate, time.GetUtcNow()))];

    /// <summary>Where an entry point listens, once started; null where there is none of this name.</summary>
    public System.Net.IPEndPoint? EndpointOf(string entryPoint) => entryPoints.Find(server => server.Name == entryPoint)?.Endpoint ?? udpEntryPoints.Find(listener => listener.Name == entryPoint)?.Endpoint;

    /// <summary>
    /// Starts all providers, applies what they already know, and opens all entry points: the first request finds the routes that are known without waiting.
    /// An address that cannot be bound ends the start.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        foreach (var provider in providers)
        {
            if (provider.Unthrottled)
            {
                watcher.DoNotThrottle(provider.Name);
            }

            running.Add(RunProviderAsync(provider));
        }

        running.Add(watcher.RunAsync(stopping.Token));
        running.Add(SocketPolling.RunAsync(time, logger, stopping.Token));
        if (alertHook is not null)
        {
            running.Add(alertHook.RunAsync(stopping.Token));
        }

        foreach (var entryPoint in entryPoints)
        {
            await entryPoint.StartAsync(cancellation).ConfigureAwait(false);
        }

        foreach (var listener in udpEntryPoints)
        {
            listener.Start();
        }

        await acme.StartAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Drains and closes all entry points at the same time, then ends the providers.</summary>
    public async Task StopAsync()
    {
        IsStopping = true;
        LogStopping(logger);
        await Task.WhenAll([.. entryPoints.Select(entryPoint => entryPoint.StopAsync()), .. udpEntryPoints.Select(listener => listener.StopAsync())]).ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        if (background is not null)
        {
            await background.CancelAsync().ConfigureAwait(false);
        }

        await acme.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10), time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(running).WaitAsync(TimeSpan.FromSeconds(10), time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        LogStopped(logger);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        foreach (var entryPoint in entryPoints)
        {
            entryPoint.Dispose();
        }

        foreach (var listener in udpEntryPoints)
        {
            listener.Dispose();
        }

        foreach (var state in current?.State.All ?? [])
        {
            (state as IDisposable)?.Dispose();
        }

        background?.Dispose();
        acme.Dispose();
        flattening?.Dispose();
        stopping.Dispose();
        return observer?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private static List<string> DefaultEntryPoints(StaticConfiguration settings)
    {
        var tcp = settings.EntryPoints.Where(pair => !EntryPointAddress.Parse(pair.Key, pair.Value.Address).IsUdp).ToList();
        var marked = tcp.Where(pair => pair.Value.AsDefault).ToList();
        return [.. (marked.Count > 0 ? marked : tcp.Where(pair => pair.Key != "traefik")).Select(pair => pair.Key).Order(StringComparer.Ordinal)];
    }

    private async Task RunProviderAsync(IProvider provider)
    {
#pragma warning disable CA1031 // A provider that ends must not end the proxy; what it published stays.
        try
        {
            await provider.RunAsync(watcher, stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The process ends.
        }
        catch (Exception error)
        {
            LogProviderFailed(logger, error, provider.Name);
        }
#pragma warning restore CA1031
    }

    private void Apply(IReadOnlyDictionary<string, ProviderMessage> messages)
    {
        var merged = merge.Merge(messages);
        UsageLinks.Fill(merged);
        var snapshot = builder.Build(merged, current?.State);
        foreach (var entryPoint in entryPoints)
        {
            entryPoint.Handlers.Current = snapshot.EntryPoints[entryPoint.Name];
        }

        foreach (var listener in udpEntryPoints)
        {
            listener.Service = snapshot.UdpEntryPoints.GetValueOrDefault(listener.Name);
        }

        var lastBackground = background;
        background = new CancellationTokenSource();
        current = snapshot;
        lastBackground?.Cancel();
        lastBackground?.Dispose();
        foreach (var work in snapshot.Background)
        {
            _ = RunBackgroundAsync(work, background.Token);
        }

        _ = DisposeLaterAsync(snapshot.State.ReleasePrevious());
        WantCertificates(messages, snapshot);
        Changed?.Invoke();
    }

    /// <summary>Only what providers say can change which names are wanted, and asks failed ones anew; a new certificate does not.</summary>
    private void WantCertificates(IReadOnlyDictionary<string, ProviderMessage> messages, Snapshot snapshot)
    {
        var isNew = applied is null || messages.Any(entry => !ReferenceEquals(applied.GetValueOrDefault(entry.Key), entry.Value));
        applied = messages;
        if (isNew)
        {
            var users = UsersCertificates();
            wantedNames.Pass(snapshot.Configuration, acme, name => users.Exists(certificate => NameSets.Covers(certificate, name)));
        }
    }

    private List<X509Certificate2> UsersCertificates()
    {
        var offered = acme.Resolvers.SelectMany(resolver => resolver.Certificates).Select(offer => offer.Leaf.Thumbprint).ToHashSet(StringComparer.Ordinal);
        return [.. Certificates.Where(certificate => !offered.Contains(certificate.Thumbprint))];
    }

    private async Task RunBackgroundAsync(Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
#pragma warning disable CA1031 // A failing probe loop is reported and costs nothing else.
        try
        {
            await work(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Another snapshot has taken over.
        }
        catch (Exception error)
        {
            LogBackgroundFailed(logger, error);
        }
#pragma warning restore CA1031
    }

    private async Task DisposeLaterAsync(IReadOnlyList<object> states)
    {
        if (states.Count > 0)
        {
            await Task.Delay(DisposalDelay, time).ConfigureAwait(false);
            foreach (var state in states)
            {
                (state as IDisposable)?.Dispose();
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Provider {ProviderName} ended; what it published stays in force")]
    private static partial void LogProviderFailed(ILogger logger, Exception error, string providerName);

    [LoggerMessage(Level = LogLevel.Error, Message = "A background task of the configuration ended")]
    private static partial void LogBackgroundFailed(ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping server gracefully")]
    private static partial void LogStopping(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Server stopped")]
    private static partial void LogStopped(ILogger logger);
}
