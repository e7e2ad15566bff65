using System.Text.RegularExpressions;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Architecture;

/// <summary>What must not be left in the tree.</summary>
public sealed partial class LeftoverTests
{
    private static readonly string[] Binary = [".png", ".jpg", ".ico", ".woff2", ".p12", ".pfx", ".gz"];

    [Fact]
    public void NothingIsLeftUnfinished() => Violations.None(Found(Unfinished(), path => path.EndsWith(".cs", StringComparison.Ordinal)));

    [Fact]
    public void NoTestIsSwitchedOff() => Violations.None(Found(SwitchedOff(), path => path.StartsWith("tests/", StringComparison.Ordinal)));

    [Fact]
    public void NothingBlocks() => Violations.None(Found(Blocking(), path => path.StartsWith("src/", StringComparison.Ordinal), before => !before.Contains("IsCompletedSuccessfully", StringComparison.Ordinal)));

    [Fact]
    public void NoRegionsAndNoSuppressionWithoutAReason() => Violations.None(Found(Noise(), path => path.StartsWith("src/", StringComparison.Ordinal)));

    [Fact]
    public void NoPathOfAMachineIsInTheTree() => Violations.None(Found(MachinePaths(), _ => true));

    [Fact]
    public void AnExceptionIsSwallowedOnlyWithAReason() => Violations.None(Found(EmptyCatch(), path => path.EndsWith(".cs", StringComparison.Ordinal)));

    /// <summary>Matches in some files; <paramref name="counts"/> is asked with the text just before a match, where a result that is there already may be told.</summary>
    private static IEnumerable<string> Found(Regex pattern, Func<string, bool> among, Func<string, bool>? counts = null) =>
        from path in SourceTree.Files
        where among(path) && !Binary.Contains(Path.GetExtension(path)) && Path.GetFileName(path) != nameof(LeftoverTests) + ".cs"
        let text = File.ReadAllText(Repository.PathOf(path))
        from match in pattern.Matches(text)
        where counts is null || counts(text[Math.Max(0, match.Index - 200)..match.Index])
        select $"{path}:{text.AsSpan(0, match.Index).Count('\n') + 1} {match.Value.Trim()}";

    [GeneratedRegex("NotImplementedException|\\bTODO\\b|\\bFIXME\\b|\\bHACK\\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex("Skip *= *\"|\\[Ignore")]
    private static partial Regex SwitchedOff();

    [GeneratedRegex("\\.Result\\b(?!\\w)|\\.Wait\\(\\)|GetAwaiter\\(\\)\\.GetResult\\(\\)|Thread\\.Sleep")]
    private static partial Regex Blocking();

    [GeneratedRegex("#region|#pragma warning disable(?![^\\n]*//)")]
    private static partial Regex Noise();

    [GeneratedRegex("(?<![\\w.])/root/|/home/[a-z]|(?<![\\w.])/tmp/w/|(?<![\\w.])/work/")]
    private static partial Regex MachinePaths();

    [GeneratedRegex("catch[^{}\\n]*\\s*\\{\\s*\\}")]
    private static partial Regex EmptyCatch();
}
