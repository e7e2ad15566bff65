using Ingress.Proxy.Tls.Acme;
using Ingress.Proxy.Tls.Acme.Challenges;
using Ingress.Proxy.Tls.Acme.Client;
using Ingress.Proxy.Tls.Acme.Storage;
using Ingress.Testing;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tests.Tls.Acme;

/// <summary>One resolver before a <see cref="FakeAuthority"/>, on a clock that the test moves: a day takes milliseconds.</summary>
internal sealed class AcmeStage : IAsyncDisposable
{
    private const int LongestSettling = 5000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly TemporaryFolder folder = new();
    private readonly AcmeOptions options;
    private readonly OrderDesk? rehearsal;
    private readonly Preflight? preflight;
    private Instance first;
    private Instance? second;

    private AcmeStage(CountingClock time, FakeAuthority authority, FakeAuthority? testInstance, Func<AcmeOptions, AcmeOptions>? change, Preflight? preflight)
    {
        (Time, Authority, this.preflight) = (time, authority, preflight);
        var options = new AcmeOptions
        {
            CaServer = authority.DirectoryUrl,
            CaCertificates = [authority.TrustFile],
            Storage = folder.File("acme.json"),
            KeyType = "EC256",
            HttpChallenge = new AcmeHttpChallengeOptions(),
        };
        this.options = change?.Invoke(options) ?? options;
        Pebble.PrepareAccountKey(this.options.Storage, "le");
        if (testInstance is not null)
        {
            var shelf = new Shelf { Account = new StoredAccount("", null, "", AccountKey.CreateElliptic().Export()) };
            var own = this.options with { CaServer = testInstance.DirectoryUrl, CaCertificates = [testInstance.TrustFile] };
            rehearsal = new OrderDesk(own, Challenges(), shelf, _ => null, time, Log.CreateLogger("rehearsal"));
        }

        first = new Instance(this);
    }

    public CountingClock Time { get; }

    public FakeAuthority Authority { get; }

    public AcmeResolver Resolver => first.Resolver;

    public LogCollector Log { get; } = new();

    public List<AcmeAlert> Alerts { get; } = [];

    public string LogText => string.Join('\n', Log.Lines.Select(line => $"{line.Level} {line.Message}"));

    public AcmeNameStatus Status => Resolver.Status()[0];

    public static async Task<AcmeStage> StartAsync(
        Action<FakeAuthority>? prepare = null, Func<AcmeOptions, AcmeOptions>? change = null, Func<TimeProvider, Task<FakeAuthority>>? testInstance = null, Preflight? preflight = null)
    {
        // The connection to the authority is checked on the real clock, so the story begins today.
        var time = new CountingClock(DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()));
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
        await first.DisposeAsync();
        first = new Instance(this);
    }

    /// <summary>Starts a second resolver on the same storage, as a second process would.</summary>
    public AcmeResolver StartSecond() => (second = new Instance(this)).Resolver;

    /// <summary>Ends the first resolver, so that the second is alone.</summary>
    public async Task EndFirstAsync()
    {
        await first.DisposeAsync();
        (first, second) = (second!, null);
    }

    public async ValueTask DisposeAsync()
    {
        await first.DisposeAsync();
        if (second is not null)
        {
            await second.DisposeAsync();
        }

        rehearsal?.Dispose();
        await Authority.DisposeAsync();
        folder.Dispose();
    }

    private static IReadOnlyList<IChallenge> Challenges() => [new Http01Challenge(new ChallengeTokens(), default, TimeProvider.System)];

    /// <summary>Waits until nothing happens any more: the resolver sleeps, and every order under way waits for time to go by.</summary>
    private async Task SettleAsync()
    {
        for (var (quiet, tries) = (0, 0); quiet < 3 && tries < LongestSettling; tries++)
        {
            var calls = Authority.Calls.Count;
            await Task.Delay(Pause);
            var running = Resolver.Status().Count(status => status.State is "ordering" or "renewing");
            quiet = Time.Waiting > running && calls == Authority.Calls.Count ? quiet + 1 : 0;
        }
    }

    private sealed class Shelf : IAccountShelf
    {
        public StoredAccount? Account { get; set; }
    }

    /// <summary>A resolver that runs, and what belongs to its process alone.</summary>
    private sealed class Instance : IAsyncDisposable
    {
        private readonly AcmeStorage storage;
        private readonly CancellationTokenSource stopping = new();
        private readonly Task running;

        public Instance(AcmeStage stage)
        {
            storage = AcmeStorage.Open(stage.options.Storage);
            var parts = new ResolverParts
            {
                Storage = storage,
                Attempts = new AttemptLog(stage.options.Storage, stage.Log.CreateLogger<AttemptLog>()),
                Challenges = Challenges(),
                Time = stage.Time,
                Preflight = stage.preflight,
                Rehearsal = stage.rehearsal,
                Environment = _ => null,
                FirstSuggestion = () => TimeSpan.FromMinutes(10),
            };
            Resolver = new AcmeResolver("le", stage.options, parts, stage.Log.CreateLogger<AcmeResolver>());
            Resolver.Alert += stage.Alerts.Add;
            running = Task.Run(() => Resolver.RunAsync(stopping.Token));
        }

        public AcmeResolver Resolver { get; }

        public async ValueTask DisposeAsync()
        {
            await stopping.CancelAsync();
            await running;
            Resolver.Dispose();
            storage.Dispose();
            stopping.Dispose();
        }
    }
}
