using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Extensibility;
using Ingress.Proxy.Tls.Acme.Storage;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls.Acme;

/// <summary>
/// One <c>certificatesResolvers.&lt;name&gt;.acme</c>: serves what its storage has, orders what the configuration wants and renews everything in time.
/// A single loop decides; orders run beside it, a few at a time.
/// </summary>
internal sealed partial class AcmeResolver : ICertificateSource, IAccountShelf, IDisposable
{
    private const int OrdersAtATime = 8;

    // Clocks jump (suspended machines): no plan sleeps longer than this without looking at the clock.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FollowEvery = TimeSpan.FromSeconds(15);

    private readonly string resolver;
    private readonly ResolverParts parts;
    private readonly ILogger logger;
    private readonly OrderDesk desk;
    private readonly CertificateWork work;
    private readonly RetryBudget budget;
    private readonly Lock access = new();
    private readonly WorkSignal signal = new();
    private readonly List<ManagedCertificate> managed = [];
    private readonly HashSet<string> refusedNames = new(StringComparer.Ordinal);
    private List<ManagedCertificate> wanted = [];
    private Func<string, bool> alreadyCovered = _ => false;
    private StoredAccount? account;
    private volatile IReadOnlyList<OfferedCertificate> offered = [];
    private int running;

    public AcmeResolver(string name, AcmeOptions options, ResolverParts parts, ILogger logger)
    {
        (resolver, this.parts, this.logger) = (name, parts, logger);
        budget = new RetryBudget(parts.Time);
        desk = new OrderDesk(options, parts.Challenges, this, parts.Environment, parts.Time, logger);
        work = new CertificateWork(name, parts, desk, budget, access, logger) { Obtained = Obtained, Refused = Refused, Alert = alert => Alert?.Invoke(alert) };
        LoadStorage();
    }

    public string Name => resolver + ".acme";

    /// <summary>The resolver's name in the configuration.</summary>
    public string Resolver => resolver;

    public IReadOnlyList<OfferedCertificate> Certificates => offered;

    public event Action? Changed;

    /// <summary>Raised when an operator should hear of something.</summary>
    public event Action<AcmeAlert>? Alert;

    public bool HasPendingChallenge => parts.TlsAlpn is { IsPending: true };

    public X509Certificate2? ChallengeCertificate(string serverName) => parts.TlsAlpn?.Find(serverName);

    StoredAccount? IAccountShelf.Account
    {
        get => account;
        set
        {
            account = value;
            if (value is not null)
            {
                Save();
            }
        }
    }

    /// <summary>Takes the names that the configuration in force wants; called with each applied configuration.</summary>
    /// <param name="wanted">A certificate for each entry, unless its names are covered.</param>
    /// <param name="alreadyCovered">Whether a certificate of the user covers a name.</param>
    public void Want(IReadOnlyList<WantedCertificate> wanted, Func<string, bool> alreadyCovered)
    {
        lock (access)
        {
            (this.wanted, this.alreadyCovered) = (Normalise(wanted), alreadyCovered);
            Enlist();
            managed.ForEach(TryAgainNow);
        }

        signal.Raise();
    }

    /// <summary>How things stand, by certificate.</summary>
    public IReadOnlyList<AcmeNameStatus> Status()
    {
        lock (access)
        {
            var now = parts.Time.GetUtcNow();
            return [.. managed.Select(entry => entry.Status(resolver, now))];
        }
    }

    /// <summary>Orders and renews until asked to end; orders under way are given up then.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (parts.Storage.LockFinding is { } finding)
        {
            LogLock(logger, finding, resolver);
        }

        List<Task> running = [];
        while (!cancellation.IsCancellationRequested)
        {
            if (parts.Storage.Owned)
            {
                running.RemoveAll(task => task.IsCompleted);
                running.AddRange(StartDue(cancellation));
            }
            else
            {
                Follow();
            }

            await signal.WaitAsync(parts.Storage.Owned ? UntilNext() : FollowEvery, parts.Time, cancellation);
        }

        await Task.WhenAll(running);
    }

    public void Dispose() => desk.Dispose();

    /// <summary>Adds what is wanted and does not come otherwise, and forgets what is wanted no more and was never obtained. Under the lock.</summary>
    private void Enlist()
    {
        var keys = wanted.Select(set => set.Key).ToHashSet(StringComparer.Ordinal);
        managed.RemoveAll(entry => entry.Stored is null && !entry.Running && !keys.Contains(entry.Key));
        var owned = managed.Where(entry => entry.Stored is not null).SelectMany(entry => entry.Names).ToHashSet(StringComparer.Ordinal);
        var known = managed.ToDictionary(entry => entry.Key, StringComparer.Ordinal);
        var coming = new ComingNames(wanted.Select(set => known.GetValueOrDefault(set.Key, set)));
        foreach (var set in wanted)
        {
            if (known.TryGetValue(set.Key, out var entry))
            {
                entry.Because = set.Because;
            }
            else if (set.IsDefault || !set.Names.All(name => alreadyCovered(name) || NameSets.Covers(owned, name) || coming.Bring(name, set)))
            {
                managed.Add(set);
            }
        }
    }

    /// <summary>What waited for a certificate that the authority has refused is ordered by itself, once the refused order has ended.</summary>
    private void Refused()
    {
        lock (access)
        {
            Enlist();
        }
    }

    private List<ManagedCertificate> Normalise(IReadOnlyList<WantedCertificate> wanted)
    {
        var sets = new Dictionary<string, ManagedCertificate>(StringComparer.Ordinal);
        foreach (var certificate in wanted)
        {
            try
            {
                var set = new ManagedCertificate(NameSets.Normalise(certificate.Names)) { Because = certificate.Because, IsDefault = certificate.IsDefault };
                if (set.Names.Count > 0 && !sets.TryAdd(set.Key, set))
                {
                    sets[set.Key].IsDefault |= set.IsDefault;
                }
            }
            catch (FormatException refusal)
            {
                if (refusedNames.Add(refusal.Message))
                {
                    LogRefusedName(logger, refusal.Message, certificate.Because, resolver);
                }
            }
        }

        return [.. sets.Values];
    }

    /// <summary>A changed configuration is the operator's way to say "try again", as far as the budget allows.</summary>
    private void TryAgainNow(ManagedCertificate entry)
    {
        if (entry is { Running: false, RetryAt: not null, Stored: null } && (entry.Refusals == 0 || budget.AllowsTryNow(entry.Names)) && entry.MayRetryEarly)
        {
            entry.RetryAt = null;
        }
    }

    private void LoadStorage()
    {
        var stored = parts.Storage.Read(resolver);
        foreach (var (name, failures) in parts.Attempts.Read(resolver))
        {
            budget.Restore(name, failures);
        }

        lock (access)
        {
            account = stored.Account;
            foreach (var certificate in stored.Certificates)
            {
                Take(certificate);
            }

            Publish();
        }
    }

    private void Take(StoredCertificate certificate)
    {
        var taken = new ManagedCertificate([.. certificate.Names.Where(name => name.Length > 0)]);
        if (taken.Names.Count == 0)
        {
            return;
        }

        var entry = managed.Find(known => known.Key == taken.Key);
        if (entry is null)
        {
            managed.Add(entry = taken);
        }

        if (ReferenceEquals(entry.Stored, certificate))
        {
            return;
        }

        entry.Take(certificate);
        if (entry.Unreadable.Length > 0)
        {
            LogUnreadable(logger, entry.Names[0], entry.Unreadable, resolver);
            entry.RetryAt ??= budget.EarliestFor(entry.Names);
        }
        else
        {
            entry.AskSuggestionAt = parts.Time.GetUtcNow() + parts.FirstSuggestion();
        }
    }

    private void Publish() => offered = [.. managed.Select(entry => entry.Offered).OfType<OfferedCertificate>()];

    private void Follow()
    {
        try
        {
            if (!parts.Storage.Follow())
            {
                return;
            }
        }
        catch (StorageException failure)
        {
            LogStorage(logger, failure.Message, resolver);
            return;
        }

        LoadStorage();
        if (parts.Storage.Owned)
        {
            LogTakeOver(logger, parts.Storage.Path, resolver);
        }

        Changed?.Invoke();
    }

    private List<Task> StartDue(CancellationToken cancellation)
    {
        List<Task> started = [];
        var now = parts.Time.GetUtcNow();
        lock (access)
        {
            foreach (var entry in managed.Where(entry => !entry.Running).OrderBy(entry => entry.DueAt))
            {
                if (running >= OrdersAtATime)
                {
                    break;
                }

                if (entry.DueAt <= now && budget.EarliestFor(entry.Names) is var allowed && allowed > now)
                {
                    // Another set with the same name, or an earlier process, has spent what the hour allows.
                    entry.Wait(allowed);
                }
                else if (entry.DueAt <= now)
                {
                    entry.Running = true;
                    running++;
                    started.Add(Task.Run(() => OrderAsync(entry, cancellation), CancellationToken.None));
                }
                else if (entry is { AskSuggestionAt: { } ask, RetryAt: null } && ask <= now)
                {
                    entry.AskSuggestionAt = null;
                    started.Add(Task.Run(() => AskSuggestionAsync(entry, cancellation), CancellationToken.None));
                }
            }
        }

        return started;
    }

    private TimeSpan UntilNext()
    {
        lock (access)
        {
            var now = parts.Time.GetUtcNow();
            var next = now + LongestSleep;
            foreach (var entry in managed.Where(entry => !entry.Running))
            {
                var due = running < OrdersAtATime ? entry.DueAt : DateTimeOffset.MaxValue;
                var ask = entry is { AskSuggestionAt: { } moment, RetryAt: null } ? moment : DateTimeOffset.MaxValue;
                next = new[] { next, due, ask }.Min();
            }

            return next > now ? next - now : TimeSpan.Zero;
        }
    }

    private async Task OrderAsync(ManagedCertificate entry, CancellationToken cancellation)
    {
        try
        {
            await work.OrderAsync(entry, cancellation);
        }
        finally
        {
            lock (access)
            {
                entry.Running = false;
                running--;
            }

            signal.Raise();
        }
    }

    private async Task AskSuggestionAsync(ManagedCertificate entry, CancellationToken cancellation)
    {
        await work.AskSuggestionAsync(entry, cancellation);
        signal.Raise();
    }

    private void Obtained()
    {
        lock (access)
        {
            Publish();
        }

        Save();
        Changed?.Invoke();
    }

    private void Save()
    {
        StoredResolver content;
        lock (access)
        {
            content = new StoredResolver(account, [.. managed.Select(entry => entry.Stored).OfType<StoredCertificate>()]);
        }

        try
        {
            parts.Storage.Write(resolver, content);
        }
        catch (StorageException failure)
        {
            LogStorage(logger, failure.Message, resolver);
            Alert?.Invoke(new AcmeAlert("storage", resolver, parts.Storage.Path, failure.Message, parts.Time.GetUtcNow()));
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Refusal} (wanted by {Because}, resolver {Resolver})")]
    private static partial void LogRefusedName(ILogger logger, string refusal, string because, string resolver);

    [LoggerMessage(Level = LogLevel.Error, Message = "The stored certificate for {Main} cannot be read and is ordered anew: {Reason} (resolver {Resolver})")]
    private static partial void LogUnreadable(ILogger logger, string main, string reason, string resolver);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem} (resolver {Resolver})")]
    private static partial void LogStorage(ILogger logger, string problem, string resolver);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Finding} (resolver {Resolver})")]
    private static partial void LogLock(ILogger logger, string finding, string resolver);

    [LoggerMessage(Level = LogLevel.Information, Message = "The other instance has ended; this one looks after {Path} now (resolver {Resolver})")]
    private static partial void LogTakeOver(ILogger logger, string path, string resolver);
}
