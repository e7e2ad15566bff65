namespace Ingress.Proxy.Pipeline.Matching.Rules;

/// <summary>A rule as an expression, before anything in it is given a meaning.</summary>
internal abstract record RuleExpression
{
    /// <summary>What Go's parser calls this kind of expression, for messages.</summary>
    public abstract string Kind { get; }

    /// <summary>A name, perhaps with a selector.</summary>
    public sealed record Name(string Text, bool IsSelector = false) : RuleExpression
    {
        public override string Kind => IsSelector ? "*ast.SelectorExpr" : "*ast.Ident";
    }

    /// <summary>A literal; the value of a text has one byte a character.</summary>
    public sealed record Literal(RuleTokenKind Type, string Value) : RuleExpression
    {
        public override string Kind => "*ast.BasicLit";
    }

    public sealed record Call(RuleExpression Function, IReadOnlyList<RuleExpression> Arguments) : RuleExpression
    {
        public override string Kind => "*ast.CallExpr";
    }

    public sealed record Parentheses(RuleExpression Inner) : RuleExpression
    {
        public override string Kind => "*ast.ParenExpr";
    }

    public sealed record Unary(string Operator, RuleExpression Operand) : RuleExpression
    {
        public override string Kind => "*ast.UnaryExpr";
    }

    public sealed record Binary(string Operator, RuleExpression Left, RuleExpression Right) : RuleExpression
    {
        public override string Kind => "*ast.BinaryExpr";
    }

    /// <summary>Go that no rule uses.</summary>
    public sealed record Foreign(string ForeignKind) : RuleExpression
    {
        public override string Kind => ForeignKind;
    }
}
