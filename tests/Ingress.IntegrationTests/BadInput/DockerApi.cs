using System.Text.Json.Nodes;
using Ingress.Testing;
using Microsoft.AspNetCore.Http;

namespace Ingress.IntegrationTests.BadInput;

/// <summary>As much of the Docker Engine API as lists running containers, for label sets that no one would start a container for.</summary>
internal static class DockerApi
{
    /// <summary>Serves containers by name with their labels; each has the port 80 on 127.0.0.1.</summary>
    public static Task<Backend> ServeAsync(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> containers, int port) =>
        Backend.StartAsync("docker", context => AnswerAsync(context, containers, port));

    private static async Task AnswerAsync(HttpContext context, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> containers, int port)
    {
        context.Response.Headers["Api-Version"] = "1.41";
        context.Response.ContentType = "application/json";
        var path = context.Request.Path.Value!;
        if (path.EndsWith("/events", StringComparison.Ordinal))
        {
            await context.Response.StartAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }

        JsonNode? answer =
            path.EndsWith("/_ping", StringComparison.Ordinal) ? "OK"
            : path.EndsWith("/version", StringComparison.Ordinal) ? new JsonObject { ["Version"] = "20.10.0", ["ApiVersion"] = "1.41", ["MinAPIVersion"] = "1.12", ["Os"] = "linux", ["Arch"] = "amd64" }
            : path.EndsWith("/containers/json", StringComparison.Ordinal) ? new JsonArray([.. containers.Select(container => Summary(container.Key, container.Value))])
            : path.Split('/') is [.., "containers", var id, "json"] && containers.TryGetValue(id, out var labels) ? Details(id, labels, port)
            : null;
        context.Response.StatusCode = answer is null ? 404 : 200;
        await context.Response.WriteAsync(answer?.ToJsonString() ?? """{"message":"not found"}""");
    }

    private static JsonObject Summary(string name, IReadOnlyDictionary<string, string> labels) => new()
    {
        ["Id"] = name,
        ["Names"] = new JsonArray("/" + name),
        ["Image"] = "busybox",
        ["State"] = "running",
        ["Status"] = "Up 2 seconds",
        ["Created"] = 1700000000,
        ["Labels"] = Labels(labels),
    };

    private static JsonObject Details(string name, IReadOnlyDictionary<string, string> labels, int port) => new()
    {
        ["Id"] = name,
        ["Name"] = "/" + name,
        ["Created"] = "2026-01-01T00:00:00Z",
        ["State"] = new JsonObject { ["Status"] = "running", ["Running"] = true, ["StartedAt"] = "2026-01-01T00:00:00Z" },
        ["HostConfig"] = new JsonObject { ["NetworkMode"] = "net" },
        ["Config"] = new JsonObject { ["Image"] = "busybox", ["Labels"] = Labels(labels) },
        ["NetworkSettings"] = new JsonObject
        {
            ["Ports"] = new JsonObject { [$"{port}/tcp"] = null },
            ["Networks"] = new JsonObject { ["net"] = new JsonObject { ["IPAddress"] = "127.0.0.1", ["NetworkID"] = "net" } },
        },
    };

    private static JsonObject Labels(IReadOnlyDictionary<string, string> labels) =>
        new(labels.Select(label => KeyValuePair.Create<string, JsonNode?>(label.Key, label.Value)));
}
