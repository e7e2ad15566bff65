using System.Globalization;
using System.Net;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Containers;

/// <summary>Containers whose health check fails, on a real Docker engine.</summary>
[Collection(DockerProxy.OneAtATime)]
public sealed class HealthTests
{
    private const string Unhealthy = "health is unhealthy since ";
    private const string KeepEmpty = "    allowEmptyServices: true\n" + DockerProxy.ShortThrottle;

    // A failed check may wait for this machine; the engine's event follows the end of the check that turned the container unhealthy.
    private static readonly TimeSpan EventAfterCheck = TimeSpan.FromSeconds(3);

    [DockerFact]
    public async Task AnIllContainerIsToldWithTheTimeAndItsServiceIsEmptyOrGoneAsTheOptionsSay()
    {
        await using var engine = await DockerDaemon.StartAsync();
        foreach (var name in (string[])["shop-1", "shop-2"])
        {
            string[] check = ["--health-cmd", "test ! -f /ill", "--health-interval", "300ms", "--health-retries", "2"];
            await engine.RunAsync(new ContainerSetup { Name = name, Answer = "shop", Labels = DockerProxy.Labels("shop", "Host(`shop.test`)"), Options = check });
        }

        await using var keeping = await DockerProxy.StartAsync(engine, KeepEmpty);
        await using var leaving = await DockerProxy.StartAsync(engine, DockerProxy.ShortThrottle);
        await keeping.AnswersAsync("shop.test", "/", "shop");
        await leaving.AnswersAsync("shop.test", "/", "shop");

        await engine.DockerAsync("exec", "shop-1", "/bin/busybox", "touch", "/ill");
        await FindingAsync(leaving, "shop-1", "ignored: " + Unhealthy);
        var turned = await TurnedUnhealthyAsync(engine, "shop-1");
        Assert.Equal("shop", await leaving.BodyAsync("shop.test"));
        Assert.Equal("shop", await keeping.BodyAsync("shop.test"));

        await engine.DockerAsync("exec", "shop-2", "/bin/busybox", "touch", "/ill");
        await HasStatusAsync(keeping, HttpStatusCode.ServiceUnavailable);
        await HasStatusAsync(leaving, HttpStatusCode.NotFound);

        var told = await FindingAsync(leaving, "shop-1", "ignored: " + Unhealthy);
        Assert.Equal("used: without a server: " + told["ignored: ".Length..], await FindingAsync(keeping, "shop-1", "used: without a server: " + Unhealthy));
        var since = DateTimeOffset.ParseExact(told[("ignored: " + Unhealthy).Length..], "u", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        Assert.InRange(turned - since, TimeSpan.Zero, EventAfterCheck);

        // So many checks more that the engine has forgotten the one that counted; an event has the container inspected anew.
        await Eventually.HoldsAsync("the engine keeps later checks only", async () => int.Parse(await InspectAsync(engine, "shop-1", "{{.State.Health.FailingStreak}}"), CultureInfo.InvariantCulture) > 8);
        await engine.DockerAsync("network", "disconnect", DockerDaemon.Network, "shop-1");
        await engine.DockerAsync("network", "connect", DockerDaemon.Network, "shop-1");
        await engine.ServeAsync("late", "late", DockerProxy.Labels("late", "Host(`late.test`)"));
        await leaving.AnswersAsync("late.test", "/", "late", DockerProxy.FollowedWithin);
        Assert.Equal(told, Assert.Single(await leaving.FindingsAsync("shop-1")));

        await using (var starting = await DockerProxy.StartAsync(engine, DockerProxy.ShortThrottle))
        {
            await FindingAsync(starting, "shop-1", "ignored: " + Unhealthy + "before ");
        }

        await engine.DockerAsync("exec", "shop-1", "/bin/busybox", "rm", "/ill");
        await keeping.AnswersAsync("shop.test", "/", "shop");
        await leaving.AnswersAsync("shop.test", "/", "shop");
        Assert.Equal("used: ", Assert.Single(await keeping.FindingsAsync("shop-1")));
    }

    /// <summary>The one finding about a container, once it begins like this.</summary>
    private static async Task<string> FindingAsync(ProxyProcess proxy, string container, string beginning)
    {
        var found = "";
        await Eventually.HoldsAsync($"{container} is \"{beginning}…\"", async () =>
        {
            found = (await proxy.FindingsAsync(container)).SingleOrDefault() ?? "";
            return found.StartsWith(beginning, StringComparison.Ordinal);
        });
        return found;
    }

    private static Task HasStatusAsync(ProxyProcess proxy, HttpStatusCode status) => Eventually.HoldsAsync($"shop.test answers {status}", async () =>
    {
        using var answer = await proxy.GetAsync("shop.test");
        return answer.StatusCode == status;
    });

    /// <summary>When the engine told that a container became unhealthy: asked soon, as it keeps its last 256 events only, of which each check makes three.</summary>
    private static async Task<DateTimeOffset> TurnedUnhealthyAsync(DockerDaemon engine, string container)
    {
        // The command line tool cuts relative times to whole seconds, which would leave out what happened in this one.
        var nextSecond = DateTimeOffset.UtcNow.AddSeconds(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var nanoseconds = await engine.DockerAsync(
            "events", "--since", "10m", "--until", nextSecond, "--filter", "container=" + container, "--filter", "event=health_status: unhealthy", "--format", "{{.TimeNano}}");
        return DateTimeOffset.UnixEpoch.AddTicks(long.Parse(nanoseconds.Split('\n')[0], CultureInfo.InvariantCulture) / 100);
    }

    private static Task<string> InspectAsync(DockerDaemon engine, string container, string format) => engine.DockerAsync("inspect", "--format", format, container);
}
