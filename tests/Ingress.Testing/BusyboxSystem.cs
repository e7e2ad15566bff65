namespace Ingress.Testing;

/// <summary>An empty system with <c>/bin/busybox</c> and a few links to it, as an archive that becomes an image.</summary>
internal static class BusyboxSystem
{
    private static readonly string[] Links = ["sh", "echo", "mkdir", "cat", "sleep"];

    /// <summary>Packs the system and returns the archive's path.</summary>
    public static async Task<string> PackAsync(TemporaryFolder folder)
    {
        var programs = Directory.CreateDirectory(folder.File("system/bin"));
        File.Copy(DockerDaemon.FindProgram("busybox")!, Path.Combine(programs.FullName, "busybox"));
        foreach (var link in Links)
        {
            File.CreateSymbolicLink(Path.Combine(programs.FullName, link), "busybox");
        }

        var archive = folder.File("system.tar");
        await ProgramRun.RunAsync("tar", "-C", programs.Parent!.FullName, "-cf", archive, ".");
        return archive;
    }
}
