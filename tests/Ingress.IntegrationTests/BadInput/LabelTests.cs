using System.Net;
using System.Text.Json.Nodes;
using Ingress.Testing;

namespace Ingress.IntegrationTests.BadInput;

/// <summary>5,000 containers with one damaged label each, and intact ones among them, in one engine.</summary>
public sealed class LabelTests
{
    private const int Damaged = 5000;
    private const int DamagedForEachIntact = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task EveryFaultIsToldWithItsContainerLabelAndValueAndHurtsNoOther()
    {
        await using var backend = await Backend.StartAsync();
        var damages = Enumerable.Range(0, Damaged).Select(seed => LabelDamage.Of($"damaged-{seed}", seed)).ToList();
        var intact = Enumerable.Range(0, Damaged / DamagedForEachIntact).Select(number => $"intact-{number}").ToList();
        var containers = damages.ToDictionary(damage => damage.Container, damage => damage.Labels);
        foreach (var name in intact)
        {
            containers[name] = LabelDamage.Intact(name);
        }

        await using var docker = await DockerApi.ServeAsync(containers, backend.Port);
        var text = ProxySetup.UsualStatic.Replace("  file:\n    filename: \"{dir}/dynamic.yml\"\n    watch: true", $"  docker:\n    endpoint: \"tcp://127.0.0.1:{docker.Port}\"", StringComparison.Ordinal);
        await using var proxy = await ProxyProcess.StartAsync(new ProxySetup { Static = text + "log:\n  level: WARN\n" });
        await Eventually.HoldsAsync("the containers are read", async () => (await proxy.RoutersAsync()).Any(name => name.EndsWith("@docker", StringComparison.Ordinal)), Patience);

        var findings = (await JsonAsync(proxy, "/api/ingress/discovery")).AsArray().ToLookup(finding => (string)finding!["subject"]!, finding => finding!);
        var routers = await ObjectsAsync(proxy, "http/routers");
        var all = routers
            .Concat(await ObjectsAsync(proxy, "http/services"))
            .Concat(await ObjectsAsync(proxy, "http/middlewares"))
            .Concat(await ObjectsAsync(proxy, "tcp/routers"))
            .Concat(await ObjectsAsync(proxy, "tcp/services"))
            .ToList();
        var errors = all.Where(item => item.Value["error"] is not null).ToLookup(item => ContainerOf(item.Key), item => item.Value["error"]!.ToJsonString());

        None(intact.Where(name => !IsEnabled(name) || errors.Contains(name) || findings[name].Single()["outcome"]!.ToString() != "used"));
        None(damages.Where(damage => damage.Unknown is { } unknown && !IsTold(damage, unknown)).Select(Shown));
        None(damages.Where(damage => damage.Misfit is { } misfit && !IsTold(damage, damage.Label!, misfit)).Select(Shown));
        None(damages.Where(damage => !IsEnabled(damage.Container) && !errors.Contains(damage.Container) && !findings[damage.Container].Any(IsFault)).Select(Shown));
        using var answer = await proxy.GetAsync("intact-7.test", "/a/x");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.DoesNotContain("   at Ingress.", proxy.Run.Output, StringComparison.Ordinal);

        bool IsEnabled(string container) => routers.GetValueOrDefault(container + "@docker")?["status"]?.ToString() == "enabled";

        bool IsTold(LabelDamage damage, params string[] texts) => findings[damage.Container].Any(finding =>
            IsFault(finding) && Array.TrueForAll(texts, text => finding["reason"]!.ToString().Contains(text, StringComparison.OrdinalIgnoreCase)));

        string Shown(LabelDamage damage) => $"{damage.Container}: {damage.Description}\n  {string.Join("\n  ", findings[damage.Container].Select(finding => finding.ToJsonString()))}";
    }

    private static bool IsFault(JsonNode finding) => finding["outcome"]!.ToString() is "rejected" or "warning";

    private static void None(IEnumerable<string> found)
    {
        var all = found.ToList();
        Assert.True(all.Count == 0, $"{all.Count} found, such as\n{string.Join('\n', all.Take(20))}");
    }

    private static string ContainerOf(string name) => string.Join('-', name.Split('@')[0].Split('-')[..2]);

    private static async Task<Dictionary<string, JsonNode>> ObjectsAsync(ProxyProcess proxy, string family) =>
        (await JsonAsync(proxy, $"/api/{family}?per_page=100000")).AsArray().ToDictionary(item => item!["name"]!.ToString(), item => item!);

    private static async Task<JsonNode> JsonAsync(ProxyProcess proxy, string path) => JsonNode.Parse(await proxy.Client.GetStringAsync(new Uri(proxy.Api, path)))!;
}
