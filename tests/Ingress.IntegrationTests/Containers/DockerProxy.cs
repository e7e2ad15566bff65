using System.Text.Json.Nodes;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Containers;

/// <summary>The program with <c>providers.docker</c> on a test's own engine, and what tests ask of it.</summary>
internal static class DockerProxy
{
    /// <summary>The collection of tests that run one after the other, as two engines at once would slow each other's changes down.</summary>
    public const string OneAtATime = "Docker engine";

    /// <summary>How soon a change of a container must show.</summary>
    public static readonly TimeSpan FollowedWithin = TimeSpan.FromSeconds(2);

    /// <summary>Lines of static configuration for tests that change one thing right after another: by default the second change is held back for two seconds.</summary>
    public const string ShortThrottle = "  providersThrottleDuration: 300ms\n";

    private const string Static = """
        entryPoints:
          web:
            address: "127.0.0.1:{web}"
          traefik:
            address: "127.0.0.1:{api}"
        api:
          insecure: true
        ping: {}
        providers:
          docker:
            endpoint: "ENDPOINT"
            exposedByDefault: false

        """;

    /// <summary>Starts the program with one entry point <c>web</c>; <paramref name="further"/> are lines of static configuration below <c>providers.docker</c> and after.</summary>
    public static Task<ProxyProcess> StartAsync(DockerDaemon engine, string further = "") => StartAsync(engine.Host, further);

    /// <summary>The same with any engine's endpoint, and with environment variables.</summary>
    public static Task<ProxyProcess> StartAsync(string endpoint, string further = "", IReadOnlyDictionary<string, string?>? environment = null) => ProxyProcess.StartAsync(new ProxySetup
    {
        Static = Static.Replace("ENDPOINT", endpoint, StringComparison.Ordinal) + further,
        Environment = environment ?? new Dictionary<string, string?>(),
    });

    /// <summary>Labels that give a container a router and a service of one name.</summary>
    public static string[] Labels(string router, string rule, int port = 80) =>
        ["traefik.enable=true", $"traefik.http.routers.{router}.rule={rule}", $"traefik.http.services.{router}.loadbalancer.server.port={port}"];

    /// <summary>The body of a good answer, or null. A request to a container that is gone may hang; the next one may already go elsewhere.</summary>
    public static async Task<string?> BodyAsync(this ProxyProcess proxy, string host, string path = "/")
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        try
        {
            using var answer = await proxy.GetAsync(host, path, patience.Token);
            return answer.IsSuccessStatusCode ? (await answer.Content.ReadAsStringAsync(patience.Token)).Trim() : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Returns once a host answers with a body.</summary>
    public static Task AnswersAsync(this ProxyProcess proxy, string host, string path, string body, TimeSpan? limit = null) =>
        Eventually.HoldsAsync($"{host}{path} answers \"{body}\"", async () => await proxy.BodyAsync(host, path) == body, limit);

    /// <summary>Returns once a host has no router any more.</summary>
    public static Task IsGoneAsync(this ProxyProcess proxy, string host, TimeSpan? limit = null) =>
        Eventually.HoldsAsync($"{host} has no route", async () => await proxy.BodyAsync(host) is null, limit);

    /// <summary>Returns once four requests in a row are answered with a body.</summary>
    public static Task AnswersOnlyAsync(this ProxyProcess proxy, string host, string body, TimeSpan? limit = null) =>
        Eventually.HoldsAsync(
            $"{host} answers \"{body}\" only",
            async () =>
            {
                for (var request = 0; request < 4; request++)
                {
                    if (await proxy.BodyAsync(host) != body)
                    {
                        return false;
                    }
                }

                return true;
            },
            limit);

    /// <summary>What the API says became of a container.</summary>
    public static async Task<IReadOnlyList<string>> FindingsAsync(this ProxyProcess proxy, string subject)
    {
        var all = JsonNode.Parse(await proxy.Client.GetStringAsync(new Uri(proxy.Api, "/api/ingress/discovery")))!.AsArray();
        return [.. all.Where(finding => (string?)finding!["subject"] == subject).Select(finding => $"{finding!["outcome"]}: {finding["reason"]}")];
    }
}
