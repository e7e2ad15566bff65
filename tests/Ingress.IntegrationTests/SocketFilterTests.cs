using System.Text.Json.Nodes;
using Ingress.IntegrationTests.Containers;
using Ingress.Testing;

namespace Ingress.IntegrationTests;

/// <summary>The proxy and Docker's own command on the socket of <c>ingress socket-filter</c>, before a real engine.</summary>
public sealed class SocketFilterTests
{
    [DockerFact]
    public async Task TheProxyFollowsContainersThroughTheFilterAndNothingElseIsPossible()
    {
        await using var engine = await DockerDaemon.StartAsync();
        using var folder = new TemporaryFolder();
        var host = "unix://" + folder.File("filter.sock");
        await using var filter = ProgramRun.Start(Repository.Binary, ["socket-filter", "--listen=" + host, "--docker=" + engine.Host, "--mode=600"]);
        await Eventually.HoldsAsync("the filter listens", () => File.Exists(folder.File("filter.sock")));
        await engine.DockerAsync("run", "--detach", "--init=false", "--name", "vault", "--network", DockerDaemon.Network, "--env", "PASSWORD=s3cret", DockerDaemon.Image, "/bin/busybox", "sh", "-c", "sleep 1000; echo s3cret");
        await engine.ServeAsync("early", "early", Labels("early"));

        await using var proxy = await DockerProxy.StartAsync(host);
        await proxy.AnswersAsync("early.test", "/", "early");
        await engine.ServeAsync("late", "late", Labels("late"));
        await proxy.AnswersAsync("late.test", "/", "late");
        await engine.RemoveAsync("early");
        await Eventually.HoldsAsync("the removed container is gone", async () => !(await proxy.RoutersAsync()).Contains("early@docker"));

        Assert.DoesNotContain("warning", await proxy.Client.GetStringAsync(new Uri(proxy.Api, "/api/ingress/discovery")), StringComparison.Ordinal);
        Assert.Contains("vault", await DockerAsync(host, "ps"), StringComparison.Ordinal);
        var inspected = await DockerAsync(host, "inspect", "vault");
        Assert.DoesNotContain("s3cret", inspected, StringComparison.Ordinal);
        Assert.Equal("/vault", (string?)JsonNode.Parse(inspected)![0]!["Name"]);
        string[][] attempts = [["rm", "--force", "vault"], ["exec", "vault", "sh"], ["logs", "vault"], ["cp", "vault:/bin/sh", folder.Path], ["run", DockerDaemon.Image], ["images"], ["pull", "x"], ["volume", "ls"]];
        foreach (var attempt in attempts)
        {
            var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => DockerAsync(host, attempt));
            Assert.Contains("is refused by ingress socket-filter", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal("true", await engine.DockerAsync("inspect", "--format", "{{.State.Running}}", "vault"));
        Assert.Equal(0, await filter.EndAsync());
        Assert.False(File.Exists(folder.File("filter.sock")), "the socket is left behind");
    }

    private static string[] Labels(string name) => ["traefik.enable=true", $"traefik.http.routers.{name}.rule=Host(`{name}.test`)"];

    private static async Task<string> DockerAsync(string host, params string[] arguments) => await ProgramRun.RunAsync("docker", ["--host", host, .. arguments]);
}
