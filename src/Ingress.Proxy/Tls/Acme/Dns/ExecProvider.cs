using System.ComponentModel;
using System.Diagnostics;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>A script of the operator: called with <c>present</c> or <c>cleanup</c>, the name and the value.</summary>
internal sealed class ExecProvider : IDnsProvider
{
    private const int LongestQuote = 300;

    private readonly ProviderEnvironment environment;
    private readonly string path;
    private readonly bool raw;

    public ExecProvider(ProviderEnvironment environment, ProviderSetup setup)
    {
        _ = setup;
        this.environment = environment;
        path = environment.Require("EXEC_PATH");
        raw = string.Equals(environment.Find("EXEC_MODE"), "RAW", StringComparison.OrdinalIgnoreCase);
        Times = environment.Times("EXEC");
        environment.TreatAllAsSecret(Environment.GetEnvironmentVariables());
    }

    public ProviderTimes Times { get; }

    public bool OneAtATime => true;

    public Task PresentAsync(TxtRecord record, CancellationToken cancellation) => CallAsync("present", record, cancellation);

    public Task CleanUpAsync(TxtRecord record, CancellationToken cancellation) => CallAsync("cleanup", record, cancellation);

    private async Task CallAsync(string verb, TxtRecord record, CancellationToken cancellation)
    {
        string[] arguments = raw ? [verb, "--", record.Domain, record.Token, record.KeyAuthorization] : [verb, record.Name, record.Value];
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(cancellation);
                var errors = await process.StandardError.ReadToEndAsync(cancellation);
                await output;
                await process.WaitForExitAsync(cancellation);
                if (process.ExitCode != 0)
                {
                    throw environment.Error($"{path} {verb} ended with code {process.ExitCode}: {(errors.Length > LongestQuote ? errors[..LongestQuote] + "…" : errors).Trim()}");
                }
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (Win32Exception failure)
        {
            throw environment.Error($"{path} cannot be started: {failure.Message}", failure);
        }
    }
}
