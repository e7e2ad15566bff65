using System.ComponentModel;
using System.Diagnostics;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>A script of the operator: called with <c>present</c> or <c>cleanup</c>, the name and the value.</summary>
internal sealed class ExecProvider : IDnsProvider
{
    private const int LongestQuote = 300;

    private readonly ProviderEnvironment _environment;
    private readonly string _path;
    private readonly bool _raw;

    public ExecProvider(ProviderEnvironment environment, ProviderSetup setup)
    {
        _ = setup;
        _environment = environment;
        _path = environment.Require("EXEC_PATH");
        _raw = string.Equals(environment.Find("EXEC_MODE"), "RAW", StringComparison.OrdinalIgnoreCase);
        Times = environment.Times("EXEC");
        environment.TreatAllAsSecret(Environment.GetEnvironmentVariables());
    }

    public ProviderTimes Times { get; }

    public bool OneAtATime => true;

    public Task PresentAsync(TxtRecord record, CancellationToken cancellation) => CallAsync("present", record, cancellation);

    public Task CleanUpAsync(TxtRecord record, CancellationToken cancellation) => CallAsync("cleanup", record, cancellation);

    private async Task CallAsync(string verb, TxtRecord record, CancellationToken cancellation)
    {
        string[] arguments = _raw ? [verb, "--", record.Domain, record.Token, record.KeyAuthorization] : [verb, record.Name, record.Value];
        var start = new ProcessStartInfo(_path, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
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
                    throw _environment.Error($"{_path} {verb} ended with code {process.ExitCode}: {(errors.Length > LongestQuote ? errors[..LongestQuote] + "…" : errors).Trim()}");
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
            throw _environment.Error($"{_path} cannot be started: {failure.Message}", failure);
        }
    }
}
