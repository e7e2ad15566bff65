using System.Runtime.InteropServices;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Extensibility;
using Microsoft.Extensions.Logging;

namespace Ingress.Providers.Files;

/// <summary>Routes from a file or a directory of files (<c>providers.file</c>).</summary>
public sealed record FilesProviderOptions
{
    /// <summary>A directory of which every <c>.yml</c>, <c>.yaml</c> and <c>.toml</c> file is read, those in sub-directories too; it beats <c>filename</c>. Default: none.</summary>
    public string Directory { get; init; } = "";

    /// <summary>Follows changes of the file, or of the directory and the files in it. Default: true.</summary>
    public bool Watch { get; init; } = true;

    /// <summary>The file. Default: none.</summary>
    public string Filename { get; init; } = "";

    /// <summary>Logs at debug level what templates made of each file. Default: false.</summary>
    public bool DebugLogGeneratedTemplate { get; init; }
}

/// <summary>
/// Publishes what the files say, at start and after every change. One bad file keeps the last good configuration in force, and every fault in it is named in the
/// log and among the findings. SIGHUP reads everything again.
/// </summary>
internal sealed partial class FilesProvider : IProvider
{
    private readonly FilesProviderOptions options;
    private readonly FileSet files;
    private readonly ILogger logger;
    private DynamicConfiguration? lastGood;

    public FilesProvider(FilesProviderOptions options, DecoderSettings decoding, ILogger logger)
    {
        this.options = options;
        this.logger = logger;
        files = new FileSet(options, decoding, logger);
    }

    /// <inheritdoc/>
    public string Name => "file";

    /// <inheritdoc/>
    public async Task RunAsync(IConfigurationSink sink, CancellationToken cancellation)
    {
        if (options is { Directory: "", Filename: "" })
        {
            LogNothingToRead(logger);
            return;
        }

        using var watcher = new FileWatcher();
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            watcher.Wake();
        });
        Load(sink, watcher);
        while (!cancellation.IsCancellationRequested)
        {
            await watcher.WaitAsync(cancellation).ConfigureAwait(false);
            Load(sink, watcher);
        }
    }

    private void Load(IConfigurationSink sink, FileWatcher watcher)
    {
        var read = files.Read();
        if (options.Watch)
        {
            watcher.Watch(files.Folder, read.Files, read.References);
        }

        foreach (var fault in read.Faults)
        {
            LogFault(logger, fault.ToString());
        }

        if (read.Configuration is not null)
        {
            lastGood = read.Configuration;
        }
        else
        {
            LogKept(logger);
        }

        sink.Publish(new ProviderMessage
        {
            Provider = Name,
            Configuration = lastGood ?? new DynamicConfiguration(),
            Findings = [.. read.Faults.Select(fault => new DiscoveryFinding { Subject = fault.Source, Outcome = "rejected", Reason = fault.ToString() })],
        });
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The file provider has nothing to read: set providers.file.filename or providers.file.directory")]
    private static partial void LogNothingToRead(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "Error while building configuration: {Fault}")]
    private static partial void LogFault(ILogger logger, string fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "The configuration files are not applied; what was in force before stays")]
    private static partial void LogKept(ILogger logger);
}
