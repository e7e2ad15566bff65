namespace Ingress.Testing;

/// <summary>
/// Cases as pairs of files, <c>NAME.in.*</c> and <c>NAME.out.*</c>, with no code per case. Where <c>INGRESS_ACCEPT=1</c> is set, what came out becomes what is
/// expected; review the difference before it is committed.
/// </summary>
public static class GoldenFiles
{
    /// <summary>The names of all cases in a folder (relative to the repository's root), as rows of a theory.</summary>
    public static IEnumerable<object[]> Cases(string folder) =>
        Directory.EnumerateFiles(Repository.PathOf(folder), "*.in.*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.PathOf(folder), path))
            .Select(path => path[..path.LastIndexOf(".in.", StringComparison.Ordinal)])
            .Order(StringComparer.Ordinal)
            .Select(name => new object[] { name });

    /// <summary>The text of a case's input.</summary>
    public static string Input(string folder, string name)
    {
        var path = Path.Combine(Repository.PathOf(folder), name);
        return File.ReadAllText(Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(name) + ".in.*").Single());
    }

    /// <summary>Throws, showing the first line that differs, where a text is not that of the file (relative to the repository's root).</summary>
    public static void Check(string file, string actual)
    {
        var path = Repository.PathOf(file);
        actual = actual.ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("INGRESS_ACCEPT") == "1")
        {
            File.WriteAllText(path, actual);
        }

        var expected = File.Exists(path) ? File.ReadAllText(path) : "";
        if (expected == actual)
        {
            return;
        }

        var expectedLines = expected.Split('\n');
        var actualLines = actual.Split('\n');
        var line = Enumerable.Range(0, Math.Max(expectedLines.Length, actualLines.Length))
            .First(index => expectedLines.ElementAtOrDefault(index) != actualLines.ElementAtOrDefault(index));
        throw new InvalidOperationException(
            $"{file} line {line + 1}\n  expected: {expectedLines.ElementAtOrDefault(line)}\n  actual:   {actualLines.ElementAtOrDefault(line)}\nINGRESS_ACCEPT=1 takes over what came out.");
    }
}
