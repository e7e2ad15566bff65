namespace Ingress.Proxy.Configuration.Templating;

internal enum TemplateTokenKind
{
    Error,
    EndOfText,
    Text,
    LeftDelimiter,
    RightDelimiter,
    Space,
    Identifier,
    Keyword,
    Field,
    Variable,
    Dot,
    Nil,
    Boolean,
    Number,
    CharacterConstant,
    Quoted,
    RawQuoted,
    Pipe,
    LeftParenthesis,
    RightParenthesis,
    Declare,
    Assign,
    Character,
}

internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Text, int Position)
{
    /// <summary>The token as Go's messages quote it.</summary>
    public override string ToString() => Kind switch
    {
        TemplateTokenKind.EndOfText => "EOF",
        TemplateTokenKind.Error => Text,
        TemplateTokenKind.Keyword => $"<{Text}>",
        _ when Text.Length > 10 => GoFormat.Quote(Text[..10]) + "...",
        _ => GoFormat.Quote(Text),
    };
}
