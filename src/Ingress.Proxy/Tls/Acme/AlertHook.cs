using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Channels;
using Ingress.Proxy.Configuration.Decoding;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls.Acme;

/// <summary>
/// Whom to tell when a certificate cannot be obtained or renewed, and when it can again. An alert is one JSON object: <c>text</c> (a sentence), <c>kind</c>
/// (<c>failed</c>, <c>expiring</c>, <c>expired</c>, <c>recovered</c> or <c>storage</c>), <c>resolver</c>, <c>subject</c> (the first name, or the storage
/// file) and <c>at</c>. The same thing is told once, then daily. The log has it in any case.
/// </summary>
public sealed record AlertOptions
{
    /// <summary>A URL that gets each alert by POST, such as the incoming webhook of a chat. It may hold a token, so it is treated as a secret. Default: none.</summary>
    [Secret]
    public string Webhook { get; init; } = "";

    /// <summary>A program and its arguments, started for each alert, which it reads from its standard input. Default: none.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Without the URL, which must not reach a log.</summary>
    public override string ToString() => $"AlertOptions {{ Command = {string.Join(' ', Command)} }}";
}

/// <summary>Delivers alerts, one after another, aside from the work that they are about.</summary>
internal sealed partial class AlertHook(AlertOptions options, ILogger<AlertHook> logger, TimeProvider time)
{
    private const int KeptAlerts = 100;
    private const int Tries = 3;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PauseBetweenTries = TimeSpan.FromSeconds(10);

    private readonly Channel<AcmeAlert> alerts = Channel.CreateBounded<AcmeAlert>(new BoundedChannelOptions(KeptAlerts) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>Takes an alert to be delivered; never waits.</summary>
    public void Send(AcmeAlert alert) => alerts.Writer.TryWrite(alert);

    /// <summary>Delivers until asked to end.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Limit };
        await foreach (var alert in alerts.Reader.ReadAllAsync(cancellation))
        {
            var text = Text(alert);
            if (options.Webhook.Length > 0)
            {
                await TryAsync("webhook", alert, token => PostAsync(http, text, token), cancellation);
            }

            if (options.Command.Count > 0)
            {
                await TryAsync("command", alert, token => RunCommandAsync(text, token), cancellation);
            }
        }
    }

    private static byte[] Text(AcmeAlert alert) => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
    {
        ["text"] = $"{alert.Kind}: {alert.Subject} (resolver {alert.Resolver}): {alert.Text}",
        ["kind"] = alert.Kind,
        ["resolver"] = alert.Resolver,
        ["subject"] = alert.Subject,
        ["at"] = alert.At.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    });

    private async Task TryAsync(string way, AcmeAlert alert, Func<CancellationToken, Task> deliver, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await deliver(cancellation);
                return;
            }
            catch (Exception failure) when (failure is HttpRequestException or Win32Exception or IOException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                if (attempt == Tries)
                {
                    LogLost(logger, alert.Kind, alert.Subject, way, Words(failure));
                    return;
                }

                await Task.Delay(PauseBetweenTries, time, cancellation);
            }
        }
    }

    private async Task PostAsync(HttpClient http, byte[] text, CancellationToken cancellation)
    {
        using var body = new ByteArrayContent(text);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await http.PostAsync(new Uri(options.Webhook), body, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    private async Task RunCommandAsync(byte[] text, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(options.Command[0], options.Command.Skip(1)) { RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            await FeedAsync(process, text, limit.Token);
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        if (process.ExitCode != 0)
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"exit code {process.ExitCode}"));
        }
    }

    private static async Task FeedAsync(Process process, byte[] text, CancellationToken cancellation)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(text, cancellation);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A program may do its work without reading what it is told.
        }
    }

    /// <summary>The reason without the URL, which messages of the network may contain.</summary>
    private string Words(Exception failure)
    {
        var text = failure is OperationCanceledException ? string.Create(CultureInfo.InvariantCulture, $"not done within {Limit.TotalSeconds:0} s") : failure.Message;
        return options.Webhook.Length > 0 ? text.Replace(options.Webhook, "the URL", StringComparison.Ordinal) : text;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The alert \"{Kind}\" about {Subject} could not be delivered by alerts.{Way}: {Reason}")]
    private static partial void LogLost(ILogger logger, string kind, string subject, string way, string reason);
}
