using System.Text.Json.Nodes;
using Ingress.Proxy.Tls.Acme;
using Ingress.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ingress.Proxy.Tests.Tls.Acme;

public sealed class AlertHookTests
{
    private static readonly AcmeAlert Alert = new("failed", "le", "one.home.test", "acme: error: 403", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    [Fact]
    public async Task AWebhookGetsOneObjectByPost()
    {
        await using var chat = await Backend.StartAsync();
        await using var hook = new Running(new AlertOptions { Webhook = chat.Url + "/hook?token=t" });
        hook.Send(Alert);
        await Eventually.HoldsAsync("the alert is delivered", () => chat.Seen.Count == 1);
        var seen = chat.Seen.First();
        Assert.Equal(("POST", "/hook?token=t", "application/json"), (seen.Method, seen.Target, seen.Header("Content-Type")));
        Assert.Equal(
            """{"text":"failed: one.home.test (resolver le): acme: error: 403","kind":"failed","resolver":"le","subject":"one.home.test","at":"2026-01-02T03:04:05Z"}""",
            seen.Body);
    }

    [Fact]
    public async Task ACommandReadsTheSameFromItsInput()
    {
        using var folder = new TemporaryFolder();
        await using var hook = new Running(new AlertOptions { Command = ["sh", "-c", "cat > \"$0\".part && mv \"$0\".part \"$0\"", folder.File("alert")] });
        hook.Send(Alert);
        await Eventually.HoldsAsync("the command has run", () => File.Exists(folder.File("alert")));
        Assert.Equal("one.home.test", JsonNode.Parse(await File.ReadAllTextAsync(folder.File("alert")))!["subject"]!.GetValue<string>());
    }

    [Fact]
    public async Task AfterThreeTriesTheLogTellsWithoutTheUrlAndTheNextAlertGoesOn()
    {
        var answers = 0;
        await using var chat = await Backend.StartAsync(answer: context =>
        {
            context.Response.StatusCode = ++answers <= 3 ? 500 : 204;
            return Task.CompletedTask;
        });
        await using var hook = new Running(new AlertOptions { Webhook = chat.Url + "/secret-token" });
        hook.Send(Alert);
        hook.Send(Alert with { Kind = "recovered" });
        await Eventually.HoldsAsync("the second alert is delivered", () =>
        {
            hook.Time.Advance(TimeSpan.FromSeconds(5));
            return answers == 4;
        });
        var line = Assert.Single(hook.Log.Lines);
        Assert.Equal(LogLevel.Error, line.Level);
        Assert.Contains("The alert \"failed\" about one.home.test could not be delivered by alerts.webhook: ", line.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-token", line.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("false", "exit code 1")]
    [InlineData("/no/such/program", "No such file or directory")]
    public async Task ACommandThatFailsIsTold(string program, string expected)
    {
        await using var hook = new Running(new AlertOptions { Command = [program] });
        hook.Send(Alert);
        await Eventually.HoldsAsync("the failure is told", () =>
        {
            hook.Time.Advance(TimeSpan.FromSeconds(5));
            return hook.Log.Lines.Count == 1;
        });
        Assert.Contains(expected, hook.Log.Lines.First().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheUrlIsInNoText() => Assert.DoesNotContain("token", new AlertOptions { Webhook = "https://chat.test/token" }.ToString(), StringComparison.Ordinal);

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource stopping = new();
        private readonly AlertHook hook;
        private readonly Task running;

        public Running(AlertOptions options)
        {
            hook = new AlertHook(options, Log.CreateLogger<AlertHook>(), Time);
            running = hook.RunAsync(stopping.Token);
        }

        public FakeTimeProvider Time { get; } = new();

        public LogCollector Log { get; } = new();

        public void Send(AcmeAlert alert) => hook.Send(alert);

        public async ValueTask DisposeAsync()
        {
            await stopping.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stopping.Dispose();
        }
    }
}
