using System.Runtime.InteropServices;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Extensibility;
using Microsoft.Extensions.Logging;

namespace Ingress.Providers.Files;

/// <summary>Dynamic configuration from one file or from the files of a directory (<c>providers.file</c>).</summary>
public sealed record FilesOptions
{
    /// <summary>The directory to read, with its sub-directories; wins over <see cref="Filename"/>. Default: none.</summary>
    public string Directory { get; init; } = "";

    /// <summary>The file to read: YAML or TOML, with Go templates. Default: none.</summary>
    public string Filename { get; init; } = "";

    /// <summary>Whether changes are picked up. Default: true. SIGHUP reads everything again in either case.</summary>
    public bool Watch { get; init; } = true;

    /// <summary>Logs each file as its template renders it. Default: false.</summary>
    public bool DebugLogGeneratedTemplate { get; init; }
}

/// <summary>
/// The file provider. A file that cannot be read or decoded leaves the last good configuration of all files in force, with every fault in the log; it is tried
/// again at the next change.
/// </summary>
internal sealed partial class FilesProvider(FilesOptions options, ILogger<FilesProvider> logger, TimeProvider time) : IProvider
{
    // Editors and mounts write in several steps; what follows at once belongs to the same change.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);
    private readonly ConfigurationFiles files = new(options, logger);
    private int hangups;

    /// <inheritdoc/>
    public string Name => "file";

    /// <inheritdoc/>
    public async Task RunAsync(IConfigurationSink sink, CancellationToken cancellation)
    {
        if (options.Directory.Length == 0 && options.Filename.Length == 0)
        {
            LogNothingToRead(logger);
            return;
        }

        IReadOnlyList<string> certificates = Publish(sink) ?? [];
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            Interlocked.Increment(ref hangups);
        });
        var seen = (Print: Fingerprint(certificates), Hangups: 0);
        using var timer = new PeriodicTimer(LookInterval, time);
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
        {
            var now = (Print: Fingerprint(certificates), Hangups: Volatile.Read(ref hangups));
            if (now == seen)
            {
                continue;
            }

            await Task.Delay(Settling, time, cancellation).ConfigureAwait(false);
            seen = (Fingerprint(certificates), now.Hangups);
            certificates = Publish(sink) ?? certificates;
        }
    }

    private string Fingerprint(IReadOnlyList<string> certificates) => options.Watch ? files.Fingerprint(certificates) : "";

    private IReadOnlyList<string>? Publish(IConfigurationSink sink)
    {
        if (files.Load() is not { } configuration)
        {
            return null;
        }

        var certificates = ConfigurationFiles.CertificatesOf(configuration);
        sink.Publish(new ProviderMessage { Provider = Name, Configuration = configuration, Revision = ConfigurationFiles.FingerprintOf(certificates) });
        return certificates;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The file provider has nothing to read; set providers.file.filename or providers.file.directory")]
    private static partial void LogNothingToRead(ILogger logger);
}
