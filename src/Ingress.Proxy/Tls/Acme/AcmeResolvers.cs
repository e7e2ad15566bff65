using Ingress.Proxy.Extensibility;
using Ingress.Proxy.NameServers;
using Ingress.Proxy.Tls.Acme.Challenges;
using Ingress.Proxy.Tls.Acme.Client;
using Ingress.Proxy.Tls.Acme.Dns;
using Ingress.Proxy.Tls.Acme.Storage;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls.Acme;

/// <summary>
/// All ACME resolvers of the configuration. One whose storage cannot be used is left out, as if it were not configured; all others work.
/// </summary>
internal sealed partial class AcmeResolvers : IDisposable
{
    private static readonly TimeSpan LongestLookup = TimeSpan.FromSeconds(10);

    private readonly ILogger logger;
    private readonly ILoggerFactory loggers;
    private readonly TimeProvider time;
    private readonly Func<string, string?> environment;
    private readonly ChallengeTokens tokens = new();
    private readonly Dictionary<string, AcmeStorage> storages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AttemptLog> attempts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, AcmeResolver> resolvers = new(StringComparer.Ordinal);
    private readonly List<OrderDesk> rehearsals = [];
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;

    /// <param name="options">The options of each resolver, by its name.</param>
    /// <param name="loggers">Where log messages go.</param>
    /// <param name="time">The clock.</param>
    public AcmeResolvers(IReadOnlyDictionary<string, AcmeOptions> options, ILoggerFactory loggers, TimeProvider time)
        : this(options, loggers, time, Environment.GetEnvironmentVariable)
    {
    }

    internal AcmeResolvers(IReadOnlyDictionary<string, AcmeOptions> options, ILoggerFactory loggers, TimeProvider time, Func<string, string?> environment)
    {
        (this.loggers, this.time, this.environment) = (loggers, time, environment);
        logger = loggers.CreateLogger<AcmeResolvers>();
        HttpService = new AcmeHttpService(tokens, loggers.CreateLogger<AcmeHttpService>());
        foreach (var (name, own) in options.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            Add(name, own);
        }

        HasHttpChallenge = resolvers.Keys.Any(name => options[name].HttpChallenge is not null);
    }

    /// <summary>The resolvers that work, sorted by name.</summary>
    public IReadOnlyCollection<AcmeResolver> Resolvers => resolvers.Values;

    /// <summary>The service behind <c>acme-http@internal</c>.</summary>
    public IInternalService HttpService { get; }

    /// <summary>Whether a resolver that works uses the HTTP challenge; else there is no <c>acme-http@internal</c>.</summary>
    public bool HasHttpChallenge { get; }

    /// <summary>Raised when an operator should hear of something.</summary>
    public event Action<AcmeAlert>? Alert;

    /// <summary>The resolver of this name, or null where there is none that works.</summary>
    public AcmeResolver? Find(string name) => resolvers.GetValueOrDefault(name);

    /// <summary>How things stand with every certificate.</summary>
    public IReadOnlyList<AcmeNameStatus> Status() => [.. resolvers.Values.SelectMany(resolver => resolver.Status())];

    /// <summary>Begins to order and to renew. Stored certificates are on offer before.</summary>
    public Task StartAsync(CancellationToken cancellation)
    {
        running = Task.WhenAll(resolvers.Values.Select(resolver => Task.Run(() => resolver.RunAsync(stopping.Token), CancellationToken.None)));
        return Task.CompletedTask;
    }

    /// <summary>Gives up orders under way and takes their challenges away.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        await stopping.CancelAsync();
        await running.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        stopping.Cancel();
        foreach (var resolver in resolvers.Values)
        {
            resolver.Dispose();
        }

        foreach (var rehearsal in rehearsals)
        {
            rehearsal.Dispose();
        }

        foreach (var storage in storages.Values)
        {
            storage.Dispose();
        }

        stopping.Dispose();
    }

    private void Add(string name, AcmeOptions options)
    {
        if (options.CertificatesDuration < 1)
        {
            LogSkipped(logger, name, "cannot manage certificates with duration lower than 1 hour");
            return;
        }

        if (!CertificateKey.IsKnown(options.KeyType))
        {
            LogKeyType(logger, options.KeyType, name);
        }

        try
        {
            var resolver = new AcmeResolver(name, options, Parts(options), loggers.CreateLogger<AcmeResolver>());
            resolver.Alert += alert => Alert?.Invoke(alert);
            resolvers.Add(name, resolver);
        }
        catch (StorageException failure)
        {
            LogSkipped(logger, name, failure.Message);
        }
    }

    private ResolverParts Parts(AcmeOptions options)
    {
        var path = Path.GetFullPath(options.Storage);
        if (!storages.TryGetValue(path, out var storage))
        {
            storages[path] = storage = AcmeStorage.Open(options.Storage);
            attempts[path] = new AttemptLog(path, loggers.CreateLogger<AttemptLog>());
        }

        // TLS-ALPN-01 comes first as in Traefik: it needs no second port.
        List<IChallenge> challenges = [];
        var tls = options.TlsChallenge is { } tlsOptions ? new TlsAlpn01Challenge(tlsOptions.Delay, time) : null;
        if (tls is not null)
        {
            challenges.Add(tls);
        }

        if (options.HttpChallenge is { } http)
        {
            challenges.Add(new Http01Challenge(tokens, http.Delay, time));
        }

        if (options.DnsChallenge is { } dns)
        {
            var setup = new ProviderSetup(new DnsLookup(dns.Resolvers, LongestLookup), environment, time, logger);
            challenges.Add(new Dns01Challenge(dns, setup, logger));
        }

        return new ResolverParts
        {
            Storage = storage,
            Attempts = attempts[path],
            Challenges = challenges,
            Time = time,
            TlsAlpn = tls,
            Preflight = Preflight.Concerns(options.CaServer) ? new Preflight(options.HttpChallenge is null ? null : tokens, tls, new PreflightNetwork()) : null,
            Rehearsal = Rehearsal(options, challenges),
            Environment = environment,
        };
    }

    private OrderDesk? Rehearsal(AcmeOptions options, List<IChallenge> challenges)
    {
        if (TestInstances.Of(options.CaServer) is not { } instance)
        {
            return null;
        }

        var desk = new OrderDesk(options with { CaServer = instance, Eab = null, Profile = "", PreferredChain = "" }, challenges, new PassingShelf(), environment, time, logger);
        rehearsals.Add(desk);
        return desk;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The ACME resolve is skipped from the resolvers list: {Resolver}: unable to get ACME account: {Reason}")]
    private static partial void LogSkipped(ILogger logger, string resolver, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Unable to determine the key type value \"{KeyType}\": falling back on RSA4096. (resolver {Resolver})")]
    private static partial void LogKeyType(ILogger logger, string keyType, string resolver);

    /// <summary>An account that lives as long as the process.</summary>
    private sealed class PassingShelf : IAccountShelf
    {
        public StoredAccount? Account { get; set; }
    }
}
