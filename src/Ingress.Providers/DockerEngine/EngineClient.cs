using System.Reflection;
using Docker.DotNet;
using Docker.DotNet.Models;
using Version = System.Version;

namespace Ingress.Providers.DockerEngine;

/// <summary>A connection to an engine, in an API version that both sides speak.</summary>
internal sealed class EngineClient : IDisposable
{
    // The newest version whose answers this client has been tried with. Engines keep answering older clients, so a newer engine is asked in this one.
    private static readonly Version Newest = new(1, 52);

    private static readonly string UserAgent = "Ingress/" + typeof(EngineClient).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];

    private readonly EngineEndpoint endpoint;

    private EngineClient(EngineEndpoint endpoint, DockerClient client, Version? version)
    {
        this.endpoint = endpoint;
        Api = client;
        Version = version;
    }

    /// <summary>The API itself.</summary>
    public DockerClient Api { get; }

    /// <summary>The API version in use.</summary>
    public Version? Version { get; }

    /// <summary>Connects and agrees on a version.</summary>
    public static async Task<EngineClient> ConnectAsync(EngineEndpoint endpoint, CancellationToken cancellation)
    {
        if (endpoint.ApiVersion is not null)
        {
            return new EngineClient(endpoint, Build(endpoint, endpoint.ApiVersion), endpoint.ApiVersion);
        }

        VersionResponse answer;
        using (var unversioned = new EngineClient(endpoint, Build(endpoint, null), null))
        {
            answer = await unversioned.AskAsync(unversioned.Api.System.GetVersionAsync, cancellation).ConfigureAwait(false);
        }

        var version = Choose(answer.APIVersion, answer.MinAPIVersion);
        return new EngineClient(endpoint, Build(endpoint, version), version);
    }

    /// <summary>The newest version that both speak, or the engine's oldest where it asks for more than we know; null where the engine names none.</summary>
    internal static Version? Choose(string? newest, string? oldest)
    {
        if (!Version.TryParse(newest, out var highest))
        {
            return null;
        }

        var chosen = highest < Newest ? highest : Newest;
        return Version.TryParse(oldest, out var lowest) && lowest > chosen ? lowest : chosen;
    }

    /// <summary>Asks one question within the time that the options allow.</summary>
    public async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> question, CancellationToken cancellation)
    {
        if (endpoint.Timeout == Timeout.InfiniteTimeSpan)
        {
            return await question(cancellation).ConfigureAwait(false);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(endpoint.Timeout);
        try
        {
            return await question(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"the engine did not answer within {endpoint.Timeout.TotalSeconds} s (httpClientTimeout)");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Api.Dispose();

    private static DockerClient Build(EngineEndpoint endpoint, Version? version)
    {
        // The endpoint is only a name here: the transport knows where to go.
        var builder = new DockerClientBuilder<EngineEndpoint>(EngineTransport.Instance, endpoint)
            .WithEndpoint(new Uri("http://docker"))
            .WithTimeout(Timeout.InfiniteTimeSpan)
            .WithHeader("User-Agent", UserAgent);
        builder = version is null ? builder : builder.WithApiVersion(version);
        builder = endpoint.Authorization is null ? builder : builder.WithHeader("Authorization", endpoint.Authorization);
        return builder.Build();
    }
}
