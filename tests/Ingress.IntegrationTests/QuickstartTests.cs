using Ingress.Testing;

namespace Ingress.IntegrationTests;

/// <summary>The very files of <c>config/quickstart/</c>, on free ports.</summary>
public sealed class QuickstartTests
{
    [Theory]
    [InlineData("traefik.yml")]
    [InlineData("with-docker.yml")]
    public async Task TheDemoServiceAnswersAndTheApiShowsIt(string file)
    {
        var text = await File.ReadAllTextAsync(Repository.PathOf("config/quickstart/" + file));
        text = text
            .Replace("127.0.0.1:8000", "127.0.0.1:{web}", StringComparison.Ordinal)
            .Replace("127.0.0.1:8080", "127.0.0.1:{api}", StringComparison.Ordinal)
            .Replace("config/quickstart/dynamic.yml", Repository.PathOf("config/quickstart/dynamic.yml"), StringComparison.Ordinal);
        await using var proxy = await ProxyProcess.StartAsync(new ProxySetup { Static = text });
        await Eventually.HoldsAsync("the demo router is applied", async () => (await proxy.RoutersAsync()).Contains("demo@file"));

        using var answer = await proxy.GetAsync("localhost", "/hello");

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("demo@internal", answer.Headers.GetValues("X-Answered-By").Single());
        Assert.Contains("GET /hello", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheScriptPassesItsArgumentsOnFromAnyFolder()
    {
        using var folder = new TemporaryFolder();
        await using var run = ProgramRun.Start(Repository.PathOf("ingress"), ["version"], folder.Path);

        Assert.Equal(0, await run.ExitCodeAsync(TimeSpan.FromMinutes(5)));
        Assert.Contains("Version:", run.Output, StringComparison.Ordinal);
    }
}
