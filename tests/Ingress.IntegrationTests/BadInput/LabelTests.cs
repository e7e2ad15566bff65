using System.Globalization;
using System.Net;
using Ingress.Testing;

namespace Ingress.IntegrationTests.BadInput;

/// <summary>Containers with damaged label sets beside a good one: the good one is served, and each unknown label is named in the log.</summary>
public sealed class LabelTests
{
    private const int Cases = 100;
    private static readonly string[] OddValues = ["", "-1", "99999999999999999999", "null", "[", "{", "\u0000", "💥", "1m2x", "a,b,,", "Host(`", "``", "%zz", "{{ nothing }}"];

    private static readonly KeyValuePair<string, string>[] Good =
    [
        KeyValuePair.Create("traefik.http.routers.NAME.rule", "Host(`NAME.test`)"),
        KeyValuePair.Create("traefik.http.routers.NAME.priority", "10"),
        KeyValuePair.Create("traefik.http.routers.NAME.middlewares", "NAME-strip,NAME-auth"),
        KeyValuePair.Create("traefik.http.routers.NAME.tls.domains[0].main", "NAME.test"),
        KeyValuePair.Create("traefik.http.middlewares.NAME-strip.stripprefix.prefixes", "/a,/b"),
        KeyValuePair.Create("traefik.http.middlewares.NAME-auth.basicauth.users", "a:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/"),
        KeyValuePair.Create("traefik.http.services.NAME.loadbalancer.healthcheck.interval", "10s"),
        KeyValuePair.Create("traefik.http.services.NAME.loadbalancer.sticky.cookie.maxage", "5"),
        KeyValuePair.Create("traefik.tcp.routers.NAME.rule", "HostSNI(`*`)"),
    ];

    [Fact]
    public async Task NoDamageHurtsTheNeighbourAndUnknownLabelsAreNamed()
    {
        await using var backend = await Backend.StartAsync();
        var containers = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["neighbour"] = new Dictionary<string, string> { ["traefik.http.routers.neighbour.rule"] = "Host(`neighbour.test`)" },
        };
        var unknown = new Dictionary<string, string>();
        for (var seed = 0; seed < Cases; seed++)
        {
            var name = "damaged-" + seed.ToString(CultureInfo.InvariantCulture);
            containers[name] = Damaged(name, seed, out var key);
            if (key is not null)
            {
                unknown[name] = key;
            }
        }

        await using var docker = await DockerApi.ServeAsync(containers, backend.Port);
        var text = ProxySetup.UsualStatic.Replace("  file:\n    filename: \"{dir}/dynamic.yml\"\n    watch: true", $"  docker:\n    endpoint: \"tcp://127.0.0.1:{docker.Port}\"", StringComparison.Ordinal);
        await using var proxy = await ProxyProcess.StartAsync(new ProxySetup { Static = text + "log:\n  level: WARN\n" });
        await Eventually.HoldsAsync("the neighbour is served", async () => await StatusAsync(proxy) == HttpStatusCode.OK);

        var routers = await proxy.RoutersAsync();

        Assert.NotEmpty(unknown);
        Assert.All(unknown, pair => Assert.Contains(pair.Value, proxy.Run.Output, StringComparison.OrdinalIgnoreCase));
        Assert.All(unknown, pair => Assert.DoesNotContain(pair.Key + "@docker", routers));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(proxy));
        Assert.DoesNotContain("NullReferenceException", proxy.Run.Output, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Damaged(string name, int seed, out string? unknown)
    {
#pragma warning disable CA5394 // Repeatable damage is the point, not secrecy.
        var random = new Random(seed);
        var labels = Good.ToDictionary(
            label => label.Key.Replace("NAME", name, StringComparison.Ordinal), label => label.Value.Replace("NAME", name, StringComparison.Ordinal));
        var key = labels.Keys.ElementAt(random.Next(labels.Count));
        unknown = null;
        switch (random.Next(4))
        {
            case 0:
                unknown = $"bogus{seed}x";
                labels[key[..key.LastIndexOf('.')] + "." + unknown] = "x";
                break;
            case 1:
                var last = key[(key.LastIndexOf('.') + 1)..];
                unknown = last.Insert(random.Next(1, last.Length), $"zq{seed}");
                labels[key[..^last.Length] + unknown] = labels[key];
                labels.Remove(key);
                break;
            case 2:
                labels[key] = OddValues[random.Next(OddValues.Length)];
                break;
            default:
                labels[key + "[0].x..y"] = "x";
                break;
        }
#pragma warning restore CA5394

        return labels;
    }

    private static async Task<HttpStatusCode> StatusAsync(ProxyProcess proxy)
    {
        using var answer = await proxy.GetAsync("neighbour.test");
        return answer.StatusCode;
    }
}
