using System.Text.RegularExpressions;
using Ingress.Providers.DockerEngine;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Extensibility;
using Microsoft.Extensions.Logging;

namespace Ingress.Providers.Docker;

/// <summary>An engine whose containers are followed.</summary>
/// <param name="Name">The text after <c>@</c> in the names of what it publishes.</param>
/// <param name="Options">How it is used.</param>
/// <param name="Endpoint">How it is reached.</param>
/// <param name="PublishedAt">The machine's address, at which published ports are used; empty where containers are reached at their own addresses.</param>
internal sealed record FollowedEngine(string Name, EngineOptions Options, EngineEndpoint Endpoint, string PublishedAt);

/// <summary>Follows several engines side by side. Each publishes under a name of its own, so that nothing of one can collide with, or be lost for, another.</summary>
internal sealed partial class DockerEngines(IReadOnlyList<DockerProvider> engines) : IProvider
{
    private const string MainName = "docker";

    /// <inheritdoc/>
    public string Name => MainName;

    /// <summary>A provider for all engines that the options name.</summary>
    /// <exception cref="ConfigurationException">A host's options make no sense.</exception>
    public static IProvider Follow(DockerProviderOptions options, DecoderSettings decoding, TimeSpan throttle, TimeProvider time, ILogger logger)
    {
        var engines = All(options, Environment.GetEnvironmentVariable).ConvertAll(engine => new DockerProvider(engine, decoding, throttle, time, logger));
        return engines.Count == 1 ? engines[0] : new DockerEngines(engines);
    }

    /// <summary>The engines, that of <c>providers.docker</c> itself first; it is none where its endpoint is empty and there are hosts.</summary>
    internal static List<FollowedEngine> All(DockerProviderOptions options, Func<string, string?> environment)
    {
        var engines = new List<FollowedEngine>();
        var main = EngineEndpoint.From(options, environment);
        if (main.Address.Length > 0 || options.Hosts.Count == 0)
        {
            engines.Add(new FollowedEngine(MainName, options, main, ""));
        }

        foreach (var (name, host) in options.Hosts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            engines.Add(Further(name, host, options));
        }

        return engines;
    }

    /// <inheritdoc/>
    public Task RunAsync(IConfigurationSink sink, CancellationToken cancellation) => Task.WhenAll(engines.Select(engine => engine.RunAsync(sink, cancellation)));

    private static FollowedEngine Further(string name, DockerHostOptions host, DockerProviderOptions main)
    {
        var path = $"providers.docker.hosts.{name}";
        if (!HostName().IsMatch(name))
        {
            throw new ConfigurationException($"{path}: \"{name}\" becomes a part of names such as web@docker-{name}; write letters, digits and hyphens");
        }

        if (host.Endpoint.Length == 0)
        {
            throw new ConfigurationException($"{path}.endpoint: is missing; write where the engine listens, such as tcp://192.0.2.7:2376 or ssh://user@{name}");
        }

        var options = main with
        {
            Endpoint = host.Endpoint,
            Tls = host.Tls,
            Username = host.Username,
            Password = host.Password,
            DefaultRule = host.DefaultRule.Length > 0 ? host.DefaultRule : main.DefaultRule,
            Snapshot = SnapshotOf(main.Snapshot, name),
        };
        var endpoint = EngineEndpoint.From(options, _ => null);
        return new FollowedEngine($"{MainName}-{name}", options, endpoint, host.Address.Length > 0 ? host.Address : endpoint.Host(path));
    }

    /// <summary>A file beside the main engine's: <c>docker.json</c> becomes <c>docker-nas.json</c>.</summary>
    private static string SnapshotOf(string file, string name) =>
        file.Length == 0 ? "" : Path.Combine(Path.GetDirectoryName(file) ?? "", $"{Path.GetFileNameWithoutExtension(file)}-{name}{Path.GetExtension(file)}");

    [GeneratedRegex("^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\\z")]
    private static partial Regex HostName();
}
