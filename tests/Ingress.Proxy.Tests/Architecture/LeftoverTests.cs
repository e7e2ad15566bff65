using System.Text.RegularExpressions;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Architecture;

/// <summary>What must not be left in the tree.</summary>
[Trait("Category", "Pending")]
public sealed partial class LeftoverTests
{
    private static readonly string[] Binary = [".png", ".jpg", ".ico", ".woff2", ".p12", ".pfx", ".gz"];

    [Fact]
    public void NothingIsLeftUnfinished() => Violations.None(Found(Unfinished(), path => path.EndsWith(".cs", StringComparison.Ordinal)));

    [Fact]
    public void NoTestIsSwitchedOff() => Violations.None(Found(SwitchedOff(), path => path.StartsWith("tests/", StringComparison.Ordinal)));

    [Fact]
    public void NothingBlocks() => Violations.None(Found(Blocking(), path => path.StartsWith("src/", StringComparison.Ordinal)));

    [Fact]
    public void NoRegionsAndNoSuppressionsAmidTheLogic() => Violations.None(Found(Noise(), path => path.StartsWith("src/", StringComparison.Ordinal)));

    [Fact]
    public void NoPathOfAMachineIsInTheTree() => Violations.None(Found(MachinePaths(), _ => true));

    [Fact]
    public void AnExceptionIsSwallowedOnlyWithAReason() => Violations.None(Found(EmptyCatch(), path => path.EndsWith(".cs", StringComparison.Ordinal)));

    private static IEnumerable<string> Found(Regex pattern, Func<string, bool> among) =>
        from path in SourceTree.Files
        where among(path) && !Binary.Contains(Path.GetExtension(path)) && Path.GetFileName(path) != nameof(LeftoverTests) + ".cs"
        let text = File.ReadAllText(Repository.PathOf(path))
        from match in pattern.Matches(text)
        select $"{path}:{text.AsSpan(0, match.Index).Count('\n') + 1} {match.Value.Trim()}";

    [GeneratedRegex("NotImplementedException|\\bTODO\\b|\\bFIXME\\b|\\bHACK\\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex("Skip *= *\"|\\[Ignore")]
    private static partial Regex SwitchedOff();

    [GeneratedRegex("\\.Result\\b(?!\\w)|\\.Wait\\(\\)|GetAwaiter\\(\\)\\.GetResult\\(\\)|Thread\\.Sleep")]
    private static partial Regex Blocking();

    [GeneratedRegex("#region|#pragma warning")]
    private static partial Regex Noise();

    [GeneratedRegex("(?<![\\w.])/root/|/home/[a-z]|(?<![\\w.])/tmp/w/|(?<![\\w.])/work/")]
    private static partial Regex MachinePaths();

    [GeneratedRegex("catch[^{}\\n]*\\s*\\{\\s*\\}")]
    private static partial Regex EmptyCatch();
}
