namespace Ingress.Proxy.Configuration.Templating;

/// <summary>A part of a template; the position is an index into its text.</summary>
internal abstract record TemplateNode(int Position)
{
    internal sealed record Text(string Value, int Position) : TemplateNode(Position);

    internal sealed record Action(Pipeline Pipeline, int Position) : TemplateNode(Position);

    internal sealed record If(Pipeline Condition, Block Then, Block? Else, int Position) : TemplateNode(Position);

    internal sealed record With(Pipeline Value, Block Then, Block? Else, int Position) : TemplateNode(Position);

    internal sealed record Range(Pipeline Values, Block Body, Block? Else, int Position) : TemplateNode(Position);

    internal sealed record Call(string Name, Pipeline? Data, string Source, int Position) : TemplateNode(Position);

    internal sealed record Break(int Position) : TemplateNode(Position);

    internal sealed record Continue(int Position) : TemplateNode(Position);
}

internal sealed record Block(IReadOnlyList<TemplateNode> Nodes);

/// <summary>Commands whose result is the last argument of the next, perhaps kept in variables.</summary>
internal sealed record Pipeline(IReadOnlyList<string> Variables, bool IsAssignment, IReadOnlyList<TemplateCommand> Commands, int Position, string Source)
    : TemplateOperand(Position, Source);

internal sealed record TemplateCommand(IReadOnlyList<TemplateOperand> Operands, int Position, string Source);

/// <summary>A word of a command; the source is how it was written, for messages.</summary>
internal abstract record TemplateOperand(int Position, string Source)
{
    internal sealed record Dot(int Position) : TemplateOperand(Position, ".");

    internal sealed record Nil(int Position) : TemplateOperand(Position, "nil");

    internal sealed record Constant(object Value, int Position, string Source) : TemplateOperand(Position, Source);

    internal sealed record Field(IReadOnlyList<string> Names, int Position, string Source) : TemplateOperand(Position, Source);

    internal sealed record Variable(string Name, IReadOnlyList<string> Names, int Position, string Source) : TemplateOperand(Position, Source);

    internal sealed record Chain(TemplateOperand Inner, IReadOnlyList<string> Names, int Position, string Source) : TemplateOperand(Position, Source);

    internal sealed record Function(string Name, int Position) : TemplateOperand(Position, Name);
}
