using Ingress.Proxy.Tls.Acme;
using Ingress.Proxy.Tls.Acme.Challenges;
using Ingress.Proxy.Tls.Acme.Client;
using Ingress.Proxy.Tls.Acme.Storage;
using Ingress.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ingress.Proxy.Tests.Tls.Acme;

/// <summary>One resolver before a <see cref="FakeAuthority"/>, on a clock that the test moves: a day takes milliseconds.</summary>
internal sealed class AcmeStage : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly AcmeOptions _options;
    private readonly OrderDesk? _rehearsal;
    private readonly Preflight? _preflight;
    private AcmeStorage _storage;
    private CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    private AcmeStage(FakeTimeProvider time, FakeAuthority authority, FakeAuthority? testInstance, Func<AcmeOptions, AcmeOptions>? change, Preflight? preflight)
    {
        (Time, Authority, _preflight) = (time, authority, preflight);
        var options = new AcmeOptions
        {
            CaServer = authority.DirectoryUrl,
            CaCertificates = [authority.TrustFile],
            Storage = _folder.File("acme.json"),
            KeyType = "EC256",
            HttpChallenge = new AcmeHttpChallengeOptions(),
        };
        _options = change?.Invoke(options) ?? options;
        Pebble.PrepareAccountKey(_options.Storage, "le");
        _storage = AcmeStorage.Open(_options.Storage);
        if (testInstance is not null)
        {
            var shelf = new Shelf { Account = new StoredAccount("", null, "", AccountKey.CreateElliptic().Export()) };
            var own = _options with { CaServer = testInstance.DirectoryUrl, CaCertificates = [testInstance.TrustFile] };
            _rehearsal = new OrderDesk(own, Challenges(), shelf, _ => null, time, Log.CreateLogger("rehearsal"));
        }

        Resolver = Start();
    }

    public FakeTimeProvider Time { get; }

    public FakeAuthority Authority { get; }

    public AcmeResolver Resolver { get; private set; }

    public LogCollector Log { get; } = new();

    public List<AcmeAlert> Alerts { get; } = [];

    public string LogText => string.Join('\n', Log.Lines.Select(line => $"{line.Level} {line.Message}"));

    public AcmeNameStatus Status => Resolver.Status()[0];

    public static async Task<AcmeStage> StartAsync(
        Action<FakeAuthority>? prepare = null, Func<AcmeOptions, AcmeOptions>? change = null, Func<TimeProvider, Task<FakeAuthority>>? testInstance = null, Preflight? preflight = null)
    {
        // The connection to the authority is checked on the real clock, so the story begins today.
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()));
        var authority = await FakeAuthority.StartAsync(time);
        prepare?.Invoke(authority);
        return new AcmeStage(time, authority, testInstance is null ? null : await testInstance(time), change, preflight);
    }

    public void Want(params string[] names) => Resolver.Want([new WantedCertificate(names[0], names[1..], "router test@file")], _ => false);

    /// <summary>Asks for the names and returns once their certificate is there, with no time gone by.</summary>
    public async Task ObtainAsync(params string[] names)
    {
        Want(names);
        await Eventually.HoldsAsync($"a certificate. Log:\n{LogText}", () => Resolver.Certificates.Count > 0);
        await SettleAsync();
    }

    /// <summary>Lets time go by in steps; after each one everything that is due gets done.</summary>
    public async Task PassAsync(TimeSpan time, TimeSpan step, Action? look = null)
    {
        for (var end = Time.GetUtcNow() + time; Time.GetUtcNow() < end;)
        {
            Time.Advance(step);
            await SettleAsync();
            look?.Invoke();
        }
    }

    /// <summary>Ends the resolver as the end of the process would, and starts another on the same storage.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        _storage = AcmeStorage.Open(_options.Storage);
        Resolver = Start();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _rehearsal?.Dispose();
        await Authority.DisposeAsync();
        _folder.Dispose();
    }

    private static IReadOnlyList<IChallenge> Challenges() => [new Http01Challenge(new ChallengeTokens(), default, TimeProvider.System)];

    private AcmeResolver Start()
    {
        var parts = new ResolverParts
        {
            Storage = _storage,
            Attempts = new AttemptLog(_options.Storage, Log.CreateLogger<AttemptLog>()),
            Challenges = Challenges(),
            Time = Time,
            Preflight = _preflight,
            Rehearsal = _rehearsal,
            Environment = _ => null,
            FirstSuggestion = () => TimeSpan.FromMinutes(10),
        };
        var resolver = new AcmeResolver("le", _options, parts, Log.CreateLogger<AcmeResolver>());
        resolver.Alert += Alerts.Add;
        _running = Task.Run(() => resolver.RunAsync(_stopping.Token));
        return resolver;
    }

    private async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        Resolver.Dispose();
        _storage.Dispose();
        _stopping.Dispose();
        _stopping = new CancellationTokenSource();
    }

    /// <summary>Waits until nothing happens any more: no order is under way, or the one that is waits for time to go by.</summary>
    private async Task SettleAsync()
    {
        await Task.Delay(4);
        var (calls, quiet) = (Authority.Calls.Count, 0);
        while (Resolver.Status().Any(status => status.State is "ordering" or "renewing") && quiet < 25)
        {
            await Task.Delay(4);
            var now = Authority.Calls.Count;
            quiet = now == calls ? quiet + 1 : 0;
            calls = now;
        }
    }

    private sealed class Shelf : IAccountShelf
    {
        public StoredAccount? Account { get; set; }
    }
}
