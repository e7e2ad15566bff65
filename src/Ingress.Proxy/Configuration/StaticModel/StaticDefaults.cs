using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>The defaults that depend on other options: entry points that nobody declared.</summary>
internal static class StaticDefaults
{
    private const string InternalEntryPoint = "traefik";

    /// <summary>Adds <c>http</c> on port 80 where no entry point is declared, and <c>traefik</c> on 8080 where something wants it.</summary>
    public static StaticConfiguration Complete(StaticConfiguration settings)
    {
        var entryPoints = new Dictionary<string, EntryPointOptions>(settings.EntryPoints, StringComparer.Ordinal);
        if (entryPoints.Count == 0)
        {
            entryPoints["http"] = new EntryPointOptions { Address = ":80" };
        }

        if (NeedsInternal(settings))
        {
            entryPoints.TryAdd(InternalEntryPoint, new EntryPointOptions { Address = ":8080" });
        }

        return settings with { EntryPoints = entryPoints };
    }

    private static bool NeedsInternal(StaticConfiguration settings) =>
        settings.Api is { Insecure: true }
        || settings.Ping is { EntryPoint: InternalEntryPoint, ManualRouting: false }
        || settings.Metrics?.Prometheus is { EntryPoint: InternalEntryPoint, ManualRouting: false }
        || IsInsecure(settings.Providers.Sections.GetValueOrDefault("rest"));

    /// <summary>The REST provider's record is not known here; its option is.</summary>
    private static bool IsInsecure(object? section) =>
        section is not null && RecordPlan.For(section.GetType()).Find("insecure")?.Get(section) is true;
}
