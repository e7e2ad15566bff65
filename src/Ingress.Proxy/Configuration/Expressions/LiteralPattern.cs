using System.Text;

namespace Ingress.Proxy.Configuration.Expressions;

/// <summary>An expression that is only a text, perhaps tied to the start or the end, which needs no automaton to be found.</summary>
internal sealed record LiteralPattern(string Text, bool AtStart, bool AtEnd)
{
    public bool IsMatch(ReadOnlySpan<char> input) => (AtStart, AtEnd) switch
    {
        (true, true) => input.SequenceEqual(Text),
        (true, false) => input.StartsWith(Text, StringComparison.Ordinal),
        (false, true) => input.EndsWith(Text, StringComparison.Ordinal),
        _ => input.Contains(Text, StringComparison.Ordinal),
    };

    public static LiteralPattern? From(RegexNode node)
    {
        var leaves = new List<RegexNode>();
        if (!Flatten(node, leaves))
        {
            return null;
        }

        var atStart = leaves is [RegexNode.Assertion { Kind: RegexAssertion.TextStart }, ..];
        var atEnd = leaves is [.., RegexNode.Assertion { Kind: RegexAssertion.TextEnd }];
        var text = new StringBuilder();
        for (var i = atStart ? 1 : 0; i < leaves.Count - (atEnd ? 1 : 0); i++)
        {
            if (leaves[i] is not RegexNode.Set { Points.Single: >= 0 and < 0xD800 and var point })
            {
                return null;
            }

            text.Append((char)point);
        }

        return new LiteralPattern(text.ToString(), atStart, atEnd);
    }

    private static bool Flatten(RegexNode node, List<RegexNode> leaves)
    {
        switch (node)
        {
            case RegexNode.Concatenation concatenation:
                return concatenation.Parts.All(part => Flatten(part, leaves));
            case RegexNode.Capture capture:
                return Flatten(capture.Inner, leaves);
            case RegexNode.Set or RegexNode.Assertion:
                leaves.Add(node);
                return true;
            default:
                return false;
        }
    }
}
