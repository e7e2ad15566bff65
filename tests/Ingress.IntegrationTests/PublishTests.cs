using Ingress.Testing;

namespace Ingress.IntegrationTests;

/// <summary>The published single file, run without the .NET that built it.</summary>
[Trait("Category", "Long")]
public sealed class PublishTests
{
    [Fact]
    public async Task TheSingleFileRunsAlone()
    {
        using var folder = new TemporaryFolder();
        await ProgramRun.RunAsync(Repository.PathOf("publish"), folder.Path);
        Assert.Single(Directory.GetFiles(folder.Path), file => !file.EndsWith(".pdb", StringComparison.Ordinal) && !file.EndsWith(".xml", StringComparison.Ordinal));

        var bare = new Dictionary<string, string?> { ["DOTNET_ROOT"] = null, ["PATH"] = "/usr/bin:/bin" };
        await using var run = ProgramRun.Start(folder.File("ingress"), ["version"], folder.Path, bare);

        Assert.Equal(0, await run.ExitCodeAsync(TimeSpan.FromSeconds(30)));
    }
}
