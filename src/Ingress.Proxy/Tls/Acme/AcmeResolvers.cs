using Ingress.Proxy.Extensibility;
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

    private readonly ILogger _logger;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly Func<string, string?> _environment;
    private readonly ChallengeTokens _tokens = new();
    private readonly Dictionary<string, AcmeStorage> _storages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AttemptLog> _attempts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, AcmeResolver> _resolvers = new(StringComparer.Ordinal);
    private readonly List<OrderDesk> _rehearsals = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <param name="options">The options of each resolver, by its name.</param>
    /// <param name="loggers">Where log messages go.</param>
    /// <param name="time">The clock.</param>
    public AcmeResolvers(IReadOnlyDictionary<string, AcmeOptions> options, ILoggerFactory loggers, TimeProvider time)
        : this(options, loggers, time, Environment.GetEnvironmentVariable)
    {
    }

    internal AcmeResolvers(IReadOnlyDictionary<string, AcmeOptions> options, ILoggerFactory loggers, TimeProvider time, Func<string, string?> environment)
    {
        (_loggers, _time, _environment) = (loggers, time, environment);
        _logger = loggers.CreateLogger<AcmeResolvers>();
        HttpService = new AcmeHttpService(_tokens, loggers.CreateLogger<AcmeHttpService>());
        foreach (var (name, own) in options.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            Add(name, own);
        }

        HasHttpChallenge = _resolvers.Keys.Any(name => options[name].HttpChallenge is not null);
    }

    /// <summary>The resolvers that work, sorted by name.</summary>
    public IReadOnlyCollection<AcmeResolver> Resolvers => _resolvers.Values;

    /// <summary>The service behind <c>acme-http@internal</c>.</summary>
    public IInternalService HttpService { get; }

    /// <summary>Whether a resolver that works uses the HTTP challenge; else there is no <c>acme-http@internal</c>.</summary>
    public bool HasHttpChallenge { get; }

    /// <summary>Raised when an operator should hear of something.</summary>
    public event Action<AcmeAlert>? Alert;

    /// <summary>The resolver of this name, or null where there is none that works.</summary>
    public AcmeResolver? Find(string name) => _resolvers.GetValueOrDefault(name);

    /// <summary>How things stand with every certificate.</summary>
    public IReadOnlyList<AcmeNameStatus> Status() => [.. _resolvers.Values.SelectMany(resolver => resolver.Status())];

    /// <summary>Begins to order and to renew. Stored certificates are on offer before.</summary>
    public Task StartAsync(CancellationToken cancellation)
    {
        _running = Task.WhenAll(_resolvers.Values.Select(resolver => Task.Run(() => resolver.RunAsync(_stopping.Token), CancellationToken.None)));
        return Task.CompletedTask;
    }

    /// <summary>Gives up orders under way and takes their challenges away.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        foreach (var resolver in _resolvers.Values)
        {
            resolver.Dispose();
        }

        foreach (var rehearsal in _rehearsals)
        {
            rehearsal.Dispose();
        }

        foreach (var storage in _storages.Values)
        {
            storage.Dispose();
        }

        _stopping.Dispose();
    }

    private void Add(string name, AcmeOptions options)
    {
        if (options.CertificatesDuration < 1)
        {
            LogSkipped(_logger, name, "cannot manage certificates with duration lower than 1 hour");
            return;
        }

        if (!CertificateKey.IsKnown(options.KeyType))
        {
            LogKeyType(_logger, options.KeyType, name);
        }

        try
        {
            var resolver = new AcmeResolver(name, options, Parts(options), _loggers.CreateLogger<AcmeResolver>());
            resolver.Alert += alert => Alert?.Invoke(alert);
            _resolvers.Add(name, resolver);
        }
        catch (StorageException failure)
        {
            LogSkipped(_logger, name, failure.Message);
        }
    }

    private ResolverParts Parts(AcmeOptions options)
    {
        var path = Path.GetFullPath(options.Storage);
        if (!_storages.TryGetValue(path, out var storage))
        {
            _storages[path] = storage = AcmeStorage.Open(options.Storage);
            _attempts[path] = new AttemptLog(path, _loggers.CreateLogger<AttemptLog>());
        }

        // TLS-ALPN-01 comes first as in Traefik: it needs no second port.
        List<IChallenge> challenges = [];
        var tls = options.TlsChallenge is { } tlsOptions ? new TlsAlpn01Challenge(tlsOptions.Delay, _time) : null;
        if (tls is not null)
        {
            challenges.Add(tls);
        }

        if (options.HttpChallenge is { } http)
        {
            challenges.Add(new Http01Challenge(_tokens, http.Delay, _time));
        }

        if (options.DnsChallenge is { } dns)
        {
            var setup = new ProviderSetup(new DnsLookup(dns.Resolvers, LongestLookup), _environment, _time, _logger);
            challenges.Add(new Dns01Challenge(dns, setup, _logger));
        }

        return new ResolverParts
        {
            Storage = storage,
            Attempts = _attempts[path],
            Challenges = challenges,
            Time = _time,
            TlsAlpn = tls,
            Preflight = Preflight.Concerns(options.CaServer) ? new Preflight(options.HttpChallenge is null ? null : _tokens, tls, new PreflightNetwork()) : null,
            Rehearsal = Rehearsal(options, challenges),
            Environment = _environment,
        };
    }

    private OrderDesk? Rehearsal(AcmeOptions options, List<IChallenge> challenges)
    {
        if (TestInstances.Of(options.CaServer) is not { } instance)
        {
            return null;
        }

        var desk = new OrderDesk(options with { CaServer = instance, Eab = null, Profile = "", PreferredChain = "" }, challenges, new PassingShelf(), _environment, _time, _logger);
        _rehearsals.Add(desk);
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
