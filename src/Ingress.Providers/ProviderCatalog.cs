using Ingress.Providers.Docker;
using Ingress.Providers.Files;
using Ingress.Providers.Swarm;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Extensibility;
using Microsoft.Extensions.Logging;

namespace Ingress.Providers;

/// <summary>All providers, one line each: the key under <c>providers</c>, the options record, and how to make one.</summary>
public static class ProviderCatalog
{
    /// <summary>The catalog, in the order in which providers start; the file provider is first, so that its configuration is part of the first snapshot.</summary>
    public static IReadOnlyList<ProviderType> All { get; } =
    [
        new("file", typeof(FilesProviderOptions), build => new FilesProvider((FilesProviderOptions)build.Options, build.Decoding, build.Loggers.CreateLogger<FilesProvider>())),
        new("docker", typeof(DockerProviderOptions), build => DockerEngines.Follow((DockerProviderOptions)build.Options, build.Decoding, build.Throttle, build.Time, build.Loggers.CreateLogger<DockerProvider>())),
        new("swarm", typeof(SwarmProviderOptions), build => new SwarmProvider((SwarmProviderOptions)build.Options, build.Decoding, build.Time, build.Loggers.CreateLogger<SwarmProvider>())),
    ];

    /// <summary>The options record of each key, as the decoder wants it.</summary>
    public static IReadOnlyDictionary<string, Type> OptionTypes { get; } = All.ToDictionary(type => type.Key, type => type.Options, StringComparer.OrdinalIgnoreCase);

    /// <summary>The providers that the static configuration asks for.</summary>
    public static IReadOnlyList<IProvider> Build(ProvidersOptions options, DecoderSettings decoding, ILoggerFactory loggers, TimeProvider time)
    {
        var providers = new List<IProvider>();
        foreach (var type in All)
        {
            if (options.Sections.TryGetValue(type.Key, out var section) && section is not null)
            {
                providers.Add(type.Build(new ProviderBuild(section, decoding, loggers, time, options.ProvidersThrottleDuration.ToTimeSpan())));
            }
        }

        return providers;
    }
}

/// <summary>One line of the catalog.</summary>
/// <param name="Key">The key under <c>providers</c>, as Traefik spells it.</param>
/// <param name="Options">The options record.</param>
/// <param name="Build">Makes the provider.</param>
public sealed record ProviderType(string Key, Type Options, Func<ProviderBuild, IProvider> Build);

/// <summary>What a provider is made from.</summary>
/// <param name="Options">Its options record.</param>
/// <param name="Decoding">How configurations are decoded: catalogs and value resolvers.</param>
/// <param name="Loggers">Where logs go.</param>
/// <param name="Time">The clock.</param>
/// <param name="Throttle">The least time between two applied configurations; publishing more often than that is of no use.</param>
public sealed record ProviderBuild(object Options, DecoderSettings Decoding, ILoggerFactory Loggers, TimeProvider Time, TimeSpan Throttle);
