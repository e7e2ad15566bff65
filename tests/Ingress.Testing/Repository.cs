namespace Ingress.Testing;

/// <summary>Places in the source tree that the running tests were built from.</summary>
public static class Repository
{
    /// <summary>The root folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The built program: the one that <c>INGRESS_BINARY</c> names, else that of the tests' own build configuration.</summary>
    public static string Binary { get; } = Environment.GetEnvironmentVariable("INGRESS_BINARY")
        ?? Path.Combine(Root, ".build", "bin", "Ingress", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "ingress");

    /// <summary>A path below the root, in the tree's own spelling.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ingress.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no Ingress.sln above {AppContext.BaseDirectory}");
    }
}
