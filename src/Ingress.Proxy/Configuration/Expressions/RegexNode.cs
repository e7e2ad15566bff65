namespace Ingress.Proxy.Configuration.Expressions;

/// <summary>A regular expression as a tree, in the meaning of RE2.</summary>
internal abstract record RegexNode
{
    internal sealed record Set(CodePointSet Points) : RegexNode;

    internal sealed record Assertion(RegexAssertion Kind) : RegexNode;

    internal sealed record Concatenation(IReadOnlyList<RegexNode> Parts) : RegexNode;

    internal sealed record Alternation(IReadOnlyList<RegexNode> Branches) : RegexNode;

    internal sealed record Capture(int Number, RegexNode Inner) : RegexNode;

    /// <summary><paramref name="Maximum"/> is -1 where there is none.</summary>
    internal sealed record Repeat(RegexNode Inner, int Minimum, int Maximum, bool Lazy, bool Counted) : RegexNode;
}

internal enum RegexAssertion
{
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    WordBoundary,
    NoWordBoundary,
}
