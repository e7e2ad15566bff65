using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
using Ingress.Testing;
using Xunit.Abstractions;

namespace Ingress.IntegrationTests.Certificates;

/// <summary>Certificates of very short life under a steady stream of new connections: each swap must go unnoticed, and none may run out.</summary>
public sealed class SwapTests(ITestOutputHelper output)
{
    private const string Name = "one.home.test";
    private const int HandshakesASecond = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public Task RenewalsGoUnnoticed() => ConnectThroughRenewalsAsync(life: 9, TimeSpan.FromSeconds(15), up: TimeSpan.MaxValue, down: TimeSpan.Zero, leastRenewals: 2);

    [Fact]
    [Trait("Category", "Long")]
    public Task TenMinutesWithTheAuthorityDownFortyPercentOfTheTimeGoUnnoticed() =>
        ConnectThroughRenewalsAsync(life: 120, TimeSpan.FromMinutes(10), up: TimeSpan.FromSeconds(28), down: TimeSpan.FromSeconds(21), leastRenewals: 5);

    private async Task ConnectThroughRenewalsAsync(int life, TimeSpan time, TimeSpan up, TimeSpan down, int leastRenewals)
    {
        var period = new Dictionary<string, object> { ["certificateValidityPeriod"] = life };
        await using var pebble = await Pebble.StartAsync(period);
        await using var proxy = await AcmeProxy.StartAsync(pebble, [Name]);
        await proxy.UntilAsync(Name, "valid");

        var tally = new Tally();
        var clock = Stopwatch.StartNew();
        using var ending = new CancellationTokenSource();
        var outages = SwitchAsync(pebble, period, up, down, clock, tally, ending.Token);
        List<Task> open = [];
        for (var started = 0; clock.Elapsed < time;)
        {
            for (var due = clock.Elapsed.TotalSeconds * HandshakesASecond; started < due; started++)
            {
                open.Add(Task.Run(() => ConnectAsync(proxy, tally)));
            }

            open.RemoveAll(task => task.IsCompletedSuccessfully);
            await Task.Delay(5);
        }

        await Task.WhenAll(open);
        await ending.CancelAsync();
        await outages;
        output.WriteLine(
            $"{tally.Handshakes} handshakes, {tally.Failures.Count} failed, {tally.Expired} with an expired certificate, {tally.Serials.Count} certificates, "
            + $"shortest life left {tally.ShortestLeft.TotalSeconds:0.0} s, authority down {tally.Down.TotalSeconds:0} s in {tally.Outages} outages of {time.TotalSeconds:0} s");
        Assert.True(tally.Failures.IsEmpty, string.Join('\n', tally.Failures.Take(5)));
        Assert.True(tally.Expired == 0, $"{tally.Expired} expired. Log:\n{proxy.Program.Run.Output}");
        Assert.InRange(tally.Handshakes, (int)(time.TotalSeconds * HandshakesASecond) - 1, int.MaxValue);
        Assert.InRange(tally.Serials.Count, leastRenewals + 1, 3 * (int)(time.TotalSeconds / life) + 1);
        Assert.InRange(tally.Down.TotalSeconds, 0.4 * time.TotalSeconds * (down > TimeSpan.Zero ? 1 : 0), time.TotalSeconds);
    }

    private static async Task ConnectAsync(AcmeProxy proxy, Tally tally)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            var (certificate, statusLine) = await proxy.ConnectAsync(Name, limit.Token);
            var left = certificate.NotAfter.ToUniversalTime() - DateTime.UtcNow;
            tally.Note(certificate.SerialNumber, left);
            if (!certificate.MatchesHostname(Name) || !statusLine.StartsWith("HTTP/1.1 418", StringComparison.Ordinal))
            {
                tally.Failures.Enqueue($"{certificate.Subject}: {statusLine}");
            }

            certificate.Dispose();
        }
        catch (Exception failure) when (failure is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            tally.Failures.Enqueue(failure.ToString());
        }
    }

    private static async Task SwitchAsync(Pebble pebble, IReadOnlyDictionary<string, object> period, TimeSpan up, TimeSpan down, Stopwatch clock, Tally tally, CancellationToken ending)
    {
        try
        {
            while (up < TimeSpan.MaxValue)
            {
                await Task.Delay(up, ending);
                await pebble.StopAuthorityAsync();
                var since = clock.Elapsed;
                try
                {
                    tally.Outages++;
                    await Task.Delay(down, ending);
                }
                finally
                {
                    tally.Down += clock.Elapsed - since;
                }

                await pebble.StartAuthorityAsync(period);
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }
    }

    private sealed class Tally
    {
        private readonly Lock access = new();

        public HashSet<string> Serials { get; } = [];

        public ConcurrentQueue<string> Failures { get; } = new();

        public int Handshakes { get; private set; }

        public int Expired { get; private set; }

        public TimeSpan ShortestLeft { get; private set; } = TimeSpan.MaxValue;

        public TimeSpan Down { get; set; }

        public int Outages { get; set; }

        public void Note(string serial, TimeSpan left)
        {
            lock (access)
            {
                Handshakes++;
                Serials.Add(serial);
                Expired += left <= TimeSpan.Zero ? 1 : 0;
                ShortestLeft = left < ShortestLeft ? left : ShortestLeft;
            }
        }
    }
}
