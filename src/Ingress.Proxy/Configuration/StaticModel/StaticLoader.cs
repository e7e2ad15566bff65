using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>
/// Finds the static configuration as Traefik does: a file, else flags, else the environment, else defaults; the first that is there is taken alone, they are
/// never merged. Then removed options, decoding and validation report all their faults together.
/// </summary>
internal static class StaticLoader
{
    private const string FileFlag = "configfile";
    private const string VariablePrefix = "TRAEFIK_";

    /// <summary>Loads the configuration.</summary>
    public static StaticLoad Load(StaticSources sources)
    {
        var ignored = new List<DecodeFault>();
        var (origin, read) = Read(sources, ignored);
        if (read.Root is null)
        {
            return read.Faults.Count > 0
                ? new StaticLoad { Origin = origin, Faults = read.Faults }
                : new StaticLoad { Origin = origin, Configuration = StaticDefaults.Complete(new StaticConfiguration()) };
        }

        var removed = RemovedOptions.Removed(read.Root);
        var result = Decoder.Decode<StaticConfiguration>(read.Root, sources.Decoding);
        var decoding = result.Faults.Where(fault => !removed.Any(gone => fault.Path.StartsWith(gone.Path, StringComparison.OrdinalIgnoreCase)));
        var configuration = StaticDefaults.Complete(result.Value);
        List<DecodeFault> faults = [.. read.Faults, .. removed, .. decoding];
        faults.AddRange(StaticValidation.Validate(configuration).Where(fault => !faults.Exists(known => known.Path == fault.Path)));
        return new StaticLoad
        {
            Origin = origin,
            Configuration = configuration,
            Faults = faults,
            Warnings = [.. result.Warnings, .. RemovedOptions.Deprecated(read.Root)],
            Ignored = ignored,
        };
    }

    private static (string Origin, ReadResult Read) Read(StaticSources sources, List<DecodeFault> ignored)
    {
        var (named, flags) = TakeFileFlag(sources.Arguments);
        if (FindFile(named, sources.Environment) is { } file)
        {
            return (file, ReadFile(file, ignored));
        }

        if (sources.Arguments.Count > 0)
        {
            return ("flags", ArgumentReader.Read<StaticConfiguration>(flags, sources.Decoding));
        }

        var variables = EnvironmentReader.Read<StaticConfiguration>(sources.Environment, VariablePrefix);
        return (variables.Root is null ? "defaults" : "environment", variables);
    }

    /// <summary>Takes <c>--configFile</c> out of the arguments, in any of its spellings.</summary>
    private static (string? File, List<string> Others) TakeFileFlag(IReadOnlyList<string> arguments)
    {
        string? file = null;
        var rest = new List<string>();
        for (var index = 0; index < arguments.Count; index++)
        {
            var argument = arguments[index];
            var flag = argument.TrimStart('-');
            if (!argument.StartsWith('-') || !flag.StartsWith(FileFlag, StringComparison.OrdinalIgnoreCase))
            {
                rest.Add(argument);
            }
            else if (flag.Length == FileFlag.Length && index + 1 < arguments.Count)
            {
                file = arguments[++index];
            }
            else if (flag.Length > FileFlag.Length && flag[FileFlag.Length] == '=')
            {
                file = flag[(FileFlag.Length + 1)..];
            }
            else
            {
                rest.Add(argument);
            }
        }

        return (file, rest);
    }

    private static string? FindFile(string? named, IReadOnlyDictionary<string, string> environment)
    {
        if (!string.IsNullOrEmpty(named) && File.Exists(named))
        {
            return named;
        }

        List<string> places = ["/etc/traefik/traefik"];
        if (environment.GetValueOrDefault("XDG_CONFIG_HOME") is { Length: > 0 } xdg)
        {
            places.Add(Path.Combine(xdg, "traefik"));
        }

        if (environment.GetValueOrDefault("HOME") is { Length: > 0 } home)
        {
            places.Add(Path.Combine(home, ".config", "traefik"));
        }

        places.Add("./traefik");
        return places.SelectMany(place => new[] { place + ".toml", place + ".yaml", place + ".yml" }).FirstOrDefault(File.Exists);
    }

    private static ReadResult ReadFile(string file, List<DecodeFault> ignored)
    {
        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Broken(file, $"cannot be read: {exception.Message}");
        }

        if (string.IsNullOrWhiteSpace(text))
        {
            return Broken(file, "no configuration found in file");
        }

        ReadResult read;
        switch (Path.GetExtension(file).ToLowerInvariant())
        {
            case ".toml":
                read = TomlReader.Read(text, file);
                break;
            case ".yaml" or ".yml":
                read = YamlReader.Read(text, file);
                break;
            default:
                return Broken(file, "unsupported file extension; name it .yml, .yaml or .toml");
        }

        return read.Faults.Count > 0 ? read : KnownSections(read.Root, file, ignored);
    }

    /// <summary>Traefik passes unknown sections over without a word; we say which. A file of nothing else is a mistake.</summary>
    private static ReadResult KnownSections(Node? root, string file, List<DecodeFault> ignored)
    {
        var known = Node.OfMap("", file, 1);
        var plan = RecordPlan.For(typeof(StaticConfiguration));
        foreach (var section in root?.Children ?? [])
        {
            if (section.Kind != NodeKind.Null && (plan.Find(section.Name) is not null || RemovedOptions.IsRemovedSection(section.Name)))
            {
                known.Add(section);
            }
            else if (section.Kind != NodeKind.Null)
            {
                ignored.Add(new DecodeFault
                {
                    Source = file,
                    Line = section.Line,
                    Path = section.Name,
                    Reason = "is no section of the configuration and is ignored",
                    Suggestion = NearestKey.Find(section.Name, plan.Options.Select(option => option.Key)),
                });
            }
        }

        return known.HasChildren ? new ReadResult(known, []) : Broken(file, "no valid configuration found in file");
    }

    private static ReadResult Broken(string file, string reason) => new(null, [new DecodeFault { Source = file, Reason = reason }]);
}
