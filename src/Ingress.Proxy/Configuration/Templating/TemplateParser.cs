namespace Ingress.Proxy.Configuration.Templating;

/// <summary>Reads the grammar of Go's text/template: text, actions, blocks and definitions.</summary>
internal sealed partial class TemplateParser
{
    private const int MaximumDepth = 500;

    private readonly string name;
    private readonly string text;
    private readonly TemplateFunctionSet functions;
    private readonly List<TemplateToken> tokens;
    private readonly Dictionary<string, Block> definitions = new(StringComparer.Ordinal);
    private readonly List<string> variables = ["$"];
    private int at;
    private int rangeDepth;
    private int depth;

    private TemplateParser(string name, string text, TemplateFunctionSet functions)
    {
        this.name = name;
        this.text = text;
        this.functions = functions;
        tokens = TemplateLexer.Read(text);
    }

    private enum BlockEnd
    {
        End,
        Else,
    }

    /// <summary>The blocks of a template by name; its own name stands for the main one.</summary>
    public static IReadOnlyDictionary<string, Block> Parse(string name, string text, TemplateFunctionSet functions) =>
        new TemplateParser(name, text, functions).ParseTemplate();

    private Dictionary<string, Block> ParseTemplate()
    {
        var nodes = new List<TemplateNode>();
        while (Peek().Kind != TemplateTokenKind.EndOfText)
        {
            if (Peek().Kind == TemplateTokenKind.LeftDelimiter && PeekInside() is { Kind: TemplateTokenKind.Keyword, Text: "define" })
            {
                ParseDefinition();
            }
            else if (ParseNode(nodes) is { } end)
            {
                throw Fault(end == BlockEnd.End ? "unexpected {{end}}" : "unexpected {{else}}");
            }
        }

        definitions[name] = new Block(nodes);
        return definitions;
    }

    private void ParseDefinition()
    {
        Next();
        NextSolid();
        var token = NextSolid();
        if (token.Kind is not (TemplateTokenKind.Quoted or TemplateTokenKind.RawQuoted))
        {
            throw Unexpected(token, "define clause");
        }

        var name = Unquote(token);
        Expect(TemplateTokenKind.RightDelimiter, "define clause");
        var outer = variables.ToArray();
        variables.RemoveRange(1, variables.Count - 1);
        var (block, end) = ParseBlock();
        if (end != BlockEnd.End)
        {
            throw Fault("unexpected {{else}} in define clause");
        }

        variables.Clear();
        variables.AddRange(outer);
        Define(name, block);
    }

    private void Define(string name, Block block)
    {
        if (definitions.TryGetValue(name, out var known) && !IsEmpty(known) && !IsEmpty(block))
        {
            throw Fault($"template: multiple definition of template {GoFormat.Quote(name)}");
        }

        if (known is null || !IsEmpty(block))
        {
            definitions[name] = block;
        }
    }

    private static bool IsEmpty(Block block) => block.Nodes.All(node => node is TemplateNode.Text text && string.IsNullOrWhiteSpace(text.Value));

    private (Block Block, BlockEnd End) ParseBlock()
    {
        var nodes = new List<TemplateNode>();
        while (Peek().Kind != TemplateTokenKind.EndOfText)
        {
            if (ParseNode(nodes) is { } end)
            {
                return (new Block(nodes), end);
            }
        }

        throw Fault("unexpected EOF");
    }

    /// <summary>Reads text or an action; gives the kind of end where it was one, with the tokens after the keyword still to come.</summary>
    private BlockEnd? ParseNode(List<TemplateNode> nodes)
    {
        var token = Next();
        if (token.Kind == TemplateTokenKind.Text)
        {
            nodes.Add(new TemplateNode.Text(token.Text, token.Position));
            return null;
        }

        if (token.Kind != TemplateTokenKind.LeftDelimiter)
        {
            throw Unexpected(token, "input");
        }

        var word = PeekSolid();
        if (word.Kind != TemplateTokenKind.Keyword || word.Text == "define")
        {
            var position = word.Position;
            nodes.Add(new TemplateNode.Action(ParsePipeline("command", TemplateTokenKind.RightDelimiter), position));
            return null;
        }

        NextSolid();
        switch (word.Text)
        {
            case "end":
                Expect(TemplateTokenKind.RightDelimiter, "end");
                return BlockEnd.End;
            case "else":
                return BlockEnd.Else;
            default:
                nodes.Add(ParseKeyword(word));
                return null;
        }
    }

    private TemplateNode ParseKeyword(TemplateToken word)
    {
        switch (word.Text)
        {
            case "if" or "with" or "range":
                return ParseControl(word);
            case "template":
                return ParseCall(word);
            case "block":
                return ParseInlineDefinition(word);
            default:
                if (NextSolid() is { Kind: not TemplateTokenKind.RightDelimiter } token)
                {
                    throw Unexpected(token, "{{" + word.Text + "}}");
                }

                return rangeDepth == 0 ? throw Fault("{{" + word.Text + "}} outside {{range}}")
                    : word.Text == "break" ? new TemplateNode.Break(word.Position)
                    : new TemplateNode.Continue(word.Position);
        }
    }

    private TemplateNode ParseControl(TemplateToken word)
    {
        Deepen();
        var scope = variables.Count;
        var pipeline = ParsePipeline(word.Text, TemplateTokenKind.RightDelimiter);
        rangeDepth += word.Text == "range" ? 1 : 0;
        var (then, end) = ParseBlock();
        rangeDepth -= word.Text == "range" ? 1 : 0;
        var otherwise = end == BlockEnd.Else ? ParseElse(word.Text) : null;
        variables.RemoveRange(scope, variables.Count - scope);
        depth--;
        return word.Text switch
        {
            "if" => new TemplateNode.If(pipeline, then, otherwise, word.Position),
            "with" => new TemplateNode.With(pipeline, then, otherwise, word.Position),
            _ => new TemplateNode.Range(pipeline, then, otherwise, word.Position),
        };
    }

    private Block ParseElse(string context)
    {
        var next = PeekSolid();
        if (next.Kind == TemplateTokenKind.Keyword && next.Text == context && context is "if" or "with")
        {
            NextSolid();
            return new Block([ParseControl(next)]);
        }

        Expect(TemplateTokenKind.RightDelimiter, "else");
        var (block, end) = ParseBlock();
        return end == BlockEnd.End ? block : throw Fault("expected end; found {{else}}");
    }

    private TemplateNode.Call ParseCall(TemplateToken word)
    {
        var token = NextSolid();
        if (token.Kind is not (TemplateTokenKind.Quoted or TemplateTokenKind.RawQuoted))
        {
            throw Unexpected(token, "template clause");
        }

        Pipeline? data = null;
        if (PeekSolid().Kind == TemplateTokenKind.RightDelimiter)
        {
            NextSolid();
        }
        else
        {
            data = ParsePipeline("template clause", TemplateTokenKind.RightDelimiter);
        }

        return new TemplateNode.Call(Unquote(token), data, "{{" + Source(word.Position) + "}}", token.Position);
    }

    private TemplateNode.Call ParseInlineDefinition(TemplateToken word)
    {
        var token = NextSolid();
        if (token.Kind is not (TemplateTokenKind.Quoted or TemplateTokenKind.RawQuoted))
        {
            throw Unexpected(token, "block clause");
        }

        var name = Unquote(token);
        var data = ParsePipeline("block clause", TemplateTokenKind.RightDelimiter);
        var source = "{{" + Source(word.Position) + "}}";
        var (block, end) = ParseBlock();
        if (end != BlockEnd.End)
        {
            throw Fault("unexpected {{else}} in block clause");
        }

        Define(name, block);
        return new TemplateNode.Call(name, data, source, token.Position);
    }

    /// <summary>Refuses what is nested so deep that reading it would exhaust the stack.</summary>
    private void Deepen()
    {
        if (++depth > MaximumDepth)
        {
            throw Fault("nested too deeply");
        }
    }

    private TemplateToken Peek() => tokens[Math.Min(at, tokens.Count - 1)];

    private TemplateToken Next()
    {
        var token = Peek();
        at++;
        return token;
    }

    private TemplateToken PeekSolid()
    {
        while (Peek().Kind == TemplateTokenKind.Space)
        {
            at++;
        }

        return Peek();
    }

    private TemplateToken PeekInside()
    {
        var at = this.at + 1;
        while (at < tokens.Count - 1 && tokens[at].Kind == TemplateTokenKind.Space)
        {
            at++;
        }

        return tokens[Math.Min(at, tokens.Count - 1)];
    }

    private TemplateToken NextSolid()
    {
        PeekSolid();
        return Next();
    }

    private void Expect(TemplateTokenKind kind, string context)
    {
        if (NextSolid() is var token && token.Kind != kind)
        {
            throw Unexpected(token, context);
        }
    }

    /// <summary>What was written from a position up to the token read last.</summary>
    private string Source(int start)
    {
        var end = Math.Min(at, tokens.Count) - 1;
        while (end > 0 && tokens[end].Kind is TemplateTokenKind.Space or TemplateTokenKind.RightDelimiter or TemplateTokenKind.Pipe)
        {
            end--;
        }

        return text[start..Math.Max(start, tokens[end].Position + tokens[end].Text.Length)];
    }

    private TemplateException Unexpected(TemplateToken token, string context) =>
        Fault(token.Kind == TemplateTokenKind.Error ? token.Text : $"unexpected {token} in {context}", token.Position);

    private TemplateException Fault(string message) => Fault(message, tokens[Math.Clamp(at - 1, 0, tokens.Count - 1)].Position);

    private TemplateException Fault(string message, int position)
    {
        var line = text.AsSpan(0, Math.Min(position, text.Length)).Count('\n') + 1;
        return new TemplateException($"template: {name}:{line}: {message}", line);
    }
}
