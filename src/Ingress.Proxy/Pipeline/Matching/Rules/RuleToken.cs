namespace Ingress.Proxy.Pipeline.Matching.Rules;

internal enum RuleTokenKind
{
    End,

    /// <summary>The end of a line after something that can end an expression.</summary>
    LineEnd,

    Name,
    Integer,
    Float,
    Character,
    Text,
    Operator,
}

/// <summary>One word of a rule, as written, with its offset.</summary>
internal readonly record struct RuleToken(RuleTokenKind Kind, string Text, int Offset)
{
    /// <summary>How Go's parser names it in an error.</summary>
    public string Description => Kind switch
    {
        RuleTokenKind.End => "'EOF'",
        RuleTokenKind.LineEnd => "newline",
        RuleTokenKind.Operator => $"'{Text}'",
        RuleTokenKind.Name when RuleLexer.IsKeyword(Text) => $"'{Text}'",
        _ => Text,
    };

    public bool Is(string op) => Kind == RuleTokenKind.Operator && Text == op;
}
