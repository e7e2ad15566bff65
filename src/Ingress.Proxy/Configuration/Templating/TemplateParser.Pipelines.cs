namespace Ingress.Proxy.Configuration.Templating;

internal sealed partial class TemplateParser
{
    private Pipeline ParsePipeline(string context, TemplateTokenKind end)
    {
        var start = PeekSolid().Position;
        Deepen();
        var variables = new List<string>();
        var isAssignment = ParseDeclarations(context, variables);
        var commands = new List<TemplateCommand>();
        while (true)
        {
            var token = PeekSolid();
            if (token.Kind == end)
            {
                var source = Source(start);
                Next();
                CheckPipeline(commands, context);
                depth--;
                return new Pipeline(variables, isAssignment, commands, start, source);
            }

            if (!StartsOperand(token.Kind))
            {
                NextSolid();
                throw Unexpected(token, context);
            }

            commands.Add(ParseCommand());
        }
    }

    private static bool StartsOperand(TemplateTokenKind kind) => kind
        is TemplateTokenKind.Boolean or TemplateTokenKind.CharacterConstant or TemplateTokenKind.Dot or TemplateTokenKind.Field or TemplateTokenKind.Identifier
        or TemplateTokenKind.Number or TemplateTokenKind.Nil or TemplateTokenKind.RawQuoted or TemplateTokenKind.Quoted or TemplateTokenKind.Variable
        or TemplateTokenKind.LeftParenthesis;

    private bool ParseDeclarations(string context, List<string> variables)
    {
        while (PeekSolid().Kind == TemplateTokenKind.Variable)
        {
            var mark = at;
            var variable = Next().Text;
            var next = NextSolid();
            if (next.Kind is TemplateTokenKind.Declare or TemplateTokenKind.Assign)
            {
                variables.Add(variable);
                this.variables.Add(variable);
                return next.Kind == TemplateTokenKind.Assign;
            }

            if (next is not { Kind: TemplateTokenKind.Character, Text: "," })
            {
                at = mark;
                return false;
            }

            variables.Add(variable);
            this.variables.Add(variable);
            if (context != "range" || variables.Count >= 2)
            {
                throw Fault($"too many declarations in {context}");
            }

            if (PeekSolid().Kind is not (TemplateTokenKind.Variable or TemplateTokenKind.RightDelimiter or TemplateTokenKind.RightParenthesis))
            {
                throw Fault("range can only initialize variables");
            }
        }

        return false;
    }

    private void CheckPipeline(List<TemplateCommand> commands, string context)
    {
        if (commands.Count == 0)
        {
            throw Fault($"missing value for {context}");
        }

        for (var i = 1; i < commands.Count; i++)
        {
            if (commands[i].Operands[0] is TemplateOperand.Constant or TemplateOperand.Dot or TemplateOperand.Nil)
            {
                throw Fault($"non executable command in pipeline stage {i + 1}");
            }
        }
    }

    private TemplateCommand ParseCommand()
    {
        var start = PeekSolid().Position;
        var operands = new List<TemplateOperand>();
        while (true)
        {
            PeekSolid();
            if (ParseOperand() is { } operand)
            {
                operands.Add(operand);
            }

            var token = Peek();
            switch (token.Kind)
            {
                case TemplateTokenKind.Space:
                    Next();
                    continue;
                case TemplateTokenKind.RightDelimiter or TemplateTokenKind.RightParenthesis:
                    return new TemplateCommand(operands, start, Source(start));
                case TemplateTokenKind.Pipe:
                    Next();
                    return new TemplateCommand(operands, start, Source(start));
                default:
                    Next();
                    throw Unexpected(token, "operand");
            }
        }
    }

    private TemplateOperand? ParseOperand()
    {
        var first = Peek();
        if (ParseTerm() is not { } term)
        {
            return null;
        }

        if (Peek().Kind != TemplateTokenKind.Field)
        {
            return term;
        }

        var position = Peek().Position;
        var names = new List<string>();
        while (Peek().Kind == TemplateTokenKind.Field)
        {
            position = Peek().Position;
            names.Add(Next().Text[1..]);
        }

        var source = Source(first.Position);
        return term switch
        {
            TemplateOperand.Field field => new TemplateOperand.Field([.. field.Names, .. names], position, source),
            TemplateOperand.Variable variable => new TemplateOperand.Variable(variable.Name, names, variable.Position, source),
            TemplateOperand.Constant or TemplateOperand.Nil or TemplateOperand.Dot =>
                throw Fault($"unexpected . after term {GoFormat.Quote(term.Source)}"),
            _ => new TemplateOperand.Chain(term, names, position, source),
        };
    }

    private TemplateOperand? ParseTerm()
    {
        var token = Peek();
        if (!StartsOperand(token.Kind))
        {
            return null;
        }

        Next();
        switch (token.Kind)
        {
            case TemplateTokenKind.Identifier:
                return functions.Find(token.Text) is null
                    ? throw Fault($"function {GoFormat.Quote(token.Text)} not defined", token.Position)
                    : new TemplateOperand.Function(token.Text, token.Position);
            case TemplateTokenKind.Dot:
                return new TemplateOperand.Dot(token.Position);
            case TemplateTokenKind.Nil:
                return new TemplateOperand.Nil(token.Position);
            case TemplateTokenKind.Variable:
                return variables.Contains(token.Text)
                    ? new TemplateOperand.Variable(token.Text, [], token.Position, token.Text)
                    : throw Fault($"undefined variable {GoFormat.Quote(token.Text)}", token.Position);
            case TemplateTokenKind.Field:
                return new TemplateOperand.Field([token.Text[1..]], token.Position, token.Text);
            case TemplateTokenKind.LeftParenthesis:
                return ParsePipeline("parenthesized pipeline", TemplateTokenKind.RightParenthesis);
            case TemplateTokenKind.Boolean:
                return new TemplateOperand.Constant(token.Text == "true", token.Position, token.Text);
            case TemplateTokenKind.Quoted or TemplateTokenKind.RawQuoted:
                return new TemplateOperand.Constant(Unquote(token), token.Position, token.Text);
            default:
                return GoLiteral.TryReadNumber(token.Text, out var value, out var fault)
                    ? new TemplateOperand.Constant(value, token.Position, token.Text)
                    : throw Fault(fault, token.Position);
        }
    }

    private string Unquote(TemplateToken token) =>
        GoLiteral.TryUnquote(token.Text, out var text) ? text : throw Fault("invalid syntax", token.Position);
}
