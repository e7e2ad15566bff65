using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Templating;
using Microsoft.Extensions.Logging;

namespace Ingress.Providers.Files;

/// <summary>What one reading of all files gave.</summary>
/// <param name="Configuration">The configuration; null where any file is bad.</param>
/// <param name="Files">The files read.</param>
/// <param name="References">Files that the configuration names, such as certificates.</param>
/// <param name="Faults">What is wrong, of every file.</param>
internal sealed record FileSetRead(DynamicConfiguration? Configuration, IReadOnlyList<string> Files, IReadOnlyCollection<string> References, IReadOnlyList<DecodeFault> Faults);

/// <summary>Reads the configured file, or all files of the configured directory, into one configuration.</summary>
internal sealed partial class FileSet(FilesProviderOptions options, DecoderSettings decoding, ILogger logger)
{
    private static readonly string[] Sections = ["http", "tcp", "udp", "tls"];

    private Dictionary<string, YamlFile> yaml = new(StringComparer.Ordinal);

    /// <summary>The directory to watch.</summary>
    public string Folder { get; } = options.Directory.Length > 0 ? Path.GetFullPath(options.Directory) : Path.GetDirectoryName(Path.GetFullPath(options.Filename))!;

    /// <summary>Reads everything.</summary>
    public FileSetRead Read()
    {
        var faults = new List<DecodeFault>();
        var files = List(faults);
        yaml = files.ToDictionary(file => file, file => yaml.GetValueOrDefault(file) ?? new YamlFile(), StringComparer.Ordinal);
        var merge = new DynamicMerge(logger);
        foreach (var file in files)
        {
            if (ReadFile(file, faults) is { } configuration)
            {
                merge.Add(configuration, file);
            }
        }

        var inlined = new FileReferences(logger);
        return new FileSetRead(faults.Count > 0 ? null : inlined.Inline(merge.Merged()), files, inlined.Seen, faults);
    }

    private List<string> List(List<DecodeFault> faults)
    {
        if (options.Directory.Length == 0)
        {
            return [Path.GetFullPath(options.Filename)];
        }

        try
        {
            return [.. Directory.EnumerateFiles(Folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
                .Where(IsRead).Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            faults.Add(new DecodeFault { Source = Folder, Reason = $"the directory cannot be read: {exception.Message}" });
            return [];
        }
    }

    // A mounted ConfigMap keeps its files in hidden ..DATE directories and shows them by links; they must not be read twice.
    private static bool IsRead(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is ".yml" or ".yaml" or ".toml"
        && !path.Split(Path.DirectorySeparatorChar).SkipLast(1).Any(part => part.StartsWith("..", StringComparison.Ordinal));

    private DynamicConfiguration? ReadFile(string file, List<DecodeFault> faults)
    {
        try
        {
            var text = Expand(File.ReadAllText(file), file);
            var read = Path.GetExtension(file).Equals(".toml", StringComparison.OrdinalIgnoreCase) ? TomlReader.Read(text, file) : yaml[file].Read(text, file);
            faults.AddRange(read.Faults);
            return read.Faults.Count > 0 ? null : Decode(read.Root, file, faults);
        }
        catch (TemplateException exception)
        {
            faults.Add(new DecodeFault { Source = file, Reason = exception.Message });
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            faults.Add(new DecodeFault { Source = file, Reason = $"the file cannot be read: {exception.Message}" });
            return null;
        }
    }

    /// <summary>Every file is a template first; most have nothing in it to fill in.</summary>
    private string Expand(string text, string file)
    {
        if (!text.Contains("{{", StringComparison.Ordinal))
        {
            return text;
        }

        var expanded = GoTemplate.Parse(file, text).Execute(false);
        if (options.DebugLogGeneratedTemplate)
        {
            LogTemplate(logger, file, expanded);
        }

        return expanded;
    }

    /// <summary>Unknown root keys are passed over, as in Traefik, so that they can hold anchors; one that does not say so by <c>x-</c> may be a slip.</summary>
    private DynamicConfiguration? Decode(Node? root, string file, List<DecodeFault> faults)
    {
        var known = Node.OfMap("", file, 1);
        foreach (var section in root?.Children ?? [])
        {
            if (Sections.Contains(section.Name, StringComparer.OrdinalIgnoreCase))
            {
                known.Add(section);
            }
            else if (!section.Name.StartsWith("x-", StringComparison.OrdinalIgnoreCase))
            {
                LogIgnored(logger, file, section.Line, section.Name);
            }
        }

        var result = Decoder.Decode<DynamicConfiguration>(known, decoding);
        faults.AddRange(result.Faults);
        foreach (var warning in result.Warnings)
        {
            LogWarning(logger, warning.ToString());
        }

        return result.Value;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{File}:{Line}: {Section}: is no section of the configuration and is ignored; the sections are http, tcp, udp and tls")]
    private static partial void LogIgnored(ILogger logger, string file, int line, string section);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Template content of {File}: {Text}")]
    private static partial void LogTemplate(ILogger logger, string file, string text);
}
