using System.Diagnostics;
using Ingress.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Ingress.Proxy.Tests.Architecture;

/// <summary>A C# file of the repository.</summary>
/// <param name="Path">Its path below the repository's root.</param>
/// <param name="Text">Its text.</param>
/// <param name="Syntax">Its syntax tree.</param>
internal sealed record SourceFile(string Path, string Text, SyntaxNode Syntax)
{
    /// <summary>The folder that it stands in.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>How many lines it has.</summary>
    public int Lines => Text.AsSpan().Count('\n');

    /// <summary>Whether it is part of the product.</summary>
    public bool IsProduct => Path.StartsWith("src/", StringComparison.Ordinal);
}

/// <summary>The repository as text.</summary>
internal static class SourceTree
{
    private static readonly string[] NotOurs = [".git/", ".build/", "tests/conformance/"];

    /// <summary>All files that belong to the repository, as paths below its root.</summary>
    public static IReadOnlyList<string> Files { get; } = ListFiles();

    /// <summary>All C# files.</summary>
    public static IReadOnlyList<SourceFile> Sources { get; } = [.. Files.Where(path => path.EndsWith(".cs", StringComparison.Ordinal)).Select(Parse)];

    /// <summary>The C# files of the product.</summary>
    public static IReadOnlyList<SourceFile> Product { get; } = [.. Sources.Where(file => file.IsProduct)];

    /// <summary>Where a node stands, as <c>path:line</c>.</summary>
    public static string At(SourceFile file, SyntaxNode node) => $"{file.Path}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";

    private static SourceFile Parse(string path)
    {
        var text = File.ReadAllText(Repository.PathOf(path));
        return new SourceFile(path, text, CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot());
    }

    /// <summary>What git tracks or would track; without git, all that is not a build's output.</summary>
    private static List<string> ListFiles()
    {
        var start = new ProcessStartInfo("git", ["-C", Repository.Root, "ls-files", "--cached", "--others", "--exclude-standard"]) { RedirectStandardOutput = true };
        try
        {
            using var git = Process.Start(start)!;
            var lines = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            git.WaitForExit();
            if (git.ExitCode == 0)
            {
                return Ours(lines);
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No git here: the files themselves will do.
        }

        return Ours(Directory.EnumerateFiles(Repository.Root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Repository.Root, path)));
    }

    private static List<string> Ours(IEnumerable<string> paths) =>
        [.. paths.Where(path => !NotOurs.Any(other => path.StartsWith(other, StringComparison.Ordinal))).Where(path => File.Exists(Repository.PathOf(path))).Order(StringComparer.Ordinal)];
}
