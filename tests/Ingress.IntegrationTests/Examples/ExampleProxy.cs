using Ingress.Providers.Docker;
using Ingress.Providers.Files;
using Ingress.Providers.Labels;
using Ingress.Providers.Swarm;
using Ingress.Proxy;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Extensibility;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingress.IntegrationTests.Examples;

/// <summary>
/// The proxy of an example with its own static configuration, on loopback ports of its own, and with the containers that the Compose file would make. The
/// proxy is the service whose image is <c>ingress</c>; where the file has none, that of the example <c>ingress</c>.
/// </summary>
internal static class ExampleProxy
{
    /// <summary>The configuration in force once everything has been applied.</summary>
    public static async Task<(StaticConfiguration Static, RuntimeConfiguration Runtime)> RunAsync(ComposeFile file, ComposeFile shared)
    {
        var home = IsIn(file) ? file : shared;
        var proxy = home.Services.Values.Single(IsProxy);
        var load = StaticLoader.Load(new StaticSources { Arguments = Arguments(home, proxy), Environment = proxy.Environment, Decoding = Composition.Decoding });
        if (load.Faults.Count > 0 || load.Ignored.Count > 0)
        {
            throw new InvalidDataException(string.Join('\n', load.Faults.Concat(load.Ignored)));
        }

        await using var host = new ProxyHost(OnLoopback(load.Configuration), Providers(load.Configuration, file, home, proxy), [], NullLoggerFactory.Instance, TimeProvider.System);
        await host.StartAsync(CancellationToken.None);
        var runtime = host.Current;
        await host.StopAsync();
        return (load.Configuration, runtime);
    }

    /// <summary>Whether an example brings a proxy of its own.</summary>
    public static bool IsIn(ComposeFile file) => file.Services.Values.Any(IsProxy);

    private static bool IsProxy(ComposeService service) => service.Image == "ingress";

    /// <summary>The proxy's command, or the file that is mounted where it looks for one.</summary>
    private static IReadOnlyList<string> Arguments(ComposeFile home, ComposeService proxy) =>
        proxy.Command.Count == 0 && OnHost(home, proxy, "/etc/traefik/traefik.yml") is { } mounted && File.Exists(mounted) ? ["--configFile=" + mounted] : proxy.Command;

    /// <summary>Where a path of the proxy's container is on the host.</summary>
    private static string? OnHost(ComposeFile home, ComposeService proxy, string path)
    {
        foreach (var volume in proxy.Volumes)
        {
            if (volume.Split(':') is [var source, var target, ..] && source.StartsWith("./", StringComparison.Ordinal) && (path == target || path.StartsWith(target + "/", StringComparison.Ordinal)))
            {
                return Path.GetFullPath(Path.Combine(home.Folder, source) + path[target.Length..]);
            }
        }

        return null;
    }

    /// <summary>The same entry points on free ports, and resolvers that ask nobody.</summary>
    private static StaticConfiguration OnLoopback(StaticConfiguration settings) => settings with
    {
        EntryPoints = settings.EntryPoints.ToDictionary(
            entry => entry.Key,
            entry => entry.Value with { Address = entry.Value.Address.EndsWith("/udp", StringComparison.Ordinal) ? "127.0.0.1:0/udp" : "127.0.0.1:0" }),
        CertificatesResolvers = settings.CertificatesResolvers.ToDictionary(entry => entry.Key, entry => entry.Value with { Acme = null }),
    };

    private static List<IProvider> Providers(StaticConfiguration settings, ComposeFile file, ComposeFile home, ComposeService proxy)
    {
        var providers = new List<IProvider>();
        var sections = settings.Providers.Sections;
        if (sections.GetValueOrDefault("file") is FilesProviderOptions files)
        {
            var mounted = files with
            {
                Filename = files.Filename.Length > 0 ? OnHost(home, proxy, files.Filename)! : "",
                Directory = files.Directory.Length > 0 ? OnHost(home, proxy, files.Directory)! : "",
                Watch = false,
            };
            providers.Add(new FilesProvider(mounted, Composition.Decoding, NullLogger.Instance));
        }

        var engine = new ComposeEngine(file);
        var findings = new Findings();
        if (sections.GetValueOrDefault("docker") is DockerProviderOptions docker)
        {
            var configuration = new DockerTranslation(docker, Composition.Decoding).Translate(engine.Containers(), [.. proxy.Networks], findings);
            providers.Add(new Once("docker", configuration, findings.All));
        }

        if (sections.GetValueOrDefault("swarm") is SwarmProviderOptions swarm)
        {
            var (services, tasks) = engine.Swarm();
            var configuration = new SwarmTranslation(swarm, Composition.Decoding).Translate(services, tasks, engine.NetworkNames, findings);
            providers.Add(new Once("swarm", configuration, findings.All));
        }

        return providers;
    }

    /// <summary>A provider that has one thing to say.</summary>
    private sealed class Once(string name, DynamicConfiguration configuration, IReadOnlyList<DiscoveryFinding> findings) : IProvider
    {
        public string Name => name;

        public Task RunAsync(IConfigurationSink sink, CancellationToken cancellation)
        {
            sink.Publish(new ProviderMessage { Provider = name, Configuration = configuration, Findings = findings });
            return Task.CompletedTask;
        }
    }
}
