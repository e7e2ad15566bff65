using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Matching.Rules;

/// <summary>
/// Reads a rule, which is an expression of Go: calls joined by <c>&amp;&amp;</c>, <c>||</c>, <c>!</c> and parentheses. Faults have the words and places of Go's
/// own parser, which are those that operators know from Traefik.
/// </summary>
internal sealed class RuleParser
{
    // Rules come from labels that anybody may write: deeper nesting would take the stack.
    private const int DeepestNesting = 500;

    private readonly RuleLexer lexer;
    private RuleToken token;
    private int depth;

    private RuleParser(string rule)
    {
        lexer = new RuleLexer(rule);
        token = lexer.Next();
    }

    /// <summary>The expression; a <see cref="ConfigurationException"/> says where it is wrong.</summary>
    public static RuleExpression Parse(string rule)
    {
        var parser = new RuleParser(rule);
        var expression = parser.Expression(1);
        if (parser.token.Kind == RuleTokenKind.LineEnd)
        {
            parser.Advance();
        }

        return parser.token.Kind == RuleTokenKind.End ? expression : throw parser.Expected("'EOF'");
    }

    private void Advance() => token = lexer.Next();

    private ConfigurationException Expected(string what) => lexer.Fault(token.Offset, $"expected {what}, found {token.Description}");

    private void Enter()
    {
        if (++depth > DeepestNesting)
        {
            throw lexer.Fault(token.Offset, "exceeded max nesting depth");
        }
    }

    private RuleExpression Expression(int lowest)
    {
        var left = UnaryExpression();
        while (token.Kind == RuleTokenKind.Operator && Precedence(token.Text) is var precedence && precedence >= lowest)
        {
            var op = token.Text;
            Advance();
            Enter();
            left = new RuleExpression.Binary(op, left, Expression(precedence + 1));
            depth--;
        }

        return left;
    }

    private static int Precedence(string op) => op switch
    {
        "||" => 1,
        "&&" => 2,
        "==" or "!=" or "<" or "<=" or ">" or ">=" => 3,
        "+" or "-" or "|" or "^" => 4,
        "*" or "/" or "%" or "<<" or ">>" or "&" or "&^" => 5,
        _ => 0,
    };

    private RuleExpression UnaryExpression()
    {
        if (token.Kind != RuleTokenKind.Operator || token.Text is not ("!" or "-" or "+" or "^" or "&" or "~" or "<-" or "*"))
        {
            return PrimaryExpression();
        }

        var op = token.Text;
        Advance();
        Enter();
        var operand = UnaryExpression();
        depth--;
        return op == "*" ? new RuleExpression.Foreign("*ast.StarExpr") : new RuleExpression.Unary(op, operand);
    }

    private RuleExpression PrimaryExpression()
    {
        var expression = Operand();
        while (token.Kind == RuleTokenKind.Operator)
        {
            switch (token.Text)
            {
                case ".":
                    Advance();
                    expression = Selector(expression);
                    break;
                case "(":
                    Advance();
                    expression = new RuleExpression.Call(expression, Arguments());
                    break;
                case "[":
                    Advance();
                    Enter();
                    Expression(1);
                    depth--;
                    Expect("]");
                    expression = new RuleExpression.Foreign("*ast.IndexExpr");
                    break;
                case "{" when expression is RuleExpression.Name && depth == 0:
                    Advance();
                    Elements();
                    expression = new RuleExpression.Foreign("*ast.CompositeLit");
                    break;
                default:
                    return expression;
            }
        }

        return expression;
    }

    private RuleExpression Selector(RuleExpression owner)
    {
        if (token.Kind != RuleTokenKind.Name || RuleLexer.IsKeyword(token.Text))
        {
            throw Expected("selector or type assertion");
        }

        var name = token.Text;
        Advance();
        return owner is RuleExpression.Name plain
            ? new RuleExpression.Name($"{plain.Text}.{name}", IsSelector: true)
            : new RuleExpression.Foreign("*ast.SelectorExpr");
    }

    private RuleExpression Operand()
    {
        var start = token;
        switch (start.Kind)
        {
            case RuleTokenKind.Name when !RuleLexer.IsKeyword(start.Text):
                Advance();
                return new RuleExpression.Name(start.Text);
            case RuleTokenKind.Text:
                if (!GoText.TryUnquote(start.Text, out var bytes, out var fault))
                {
                    throw lexer.Fault(start.Offset + fault + 1, "unknown escape sequence");
                }

                Advance();
                return new RuleExpression.Literal(start.Kind, bytes);
            case RuleTokenKind.Integer or RuleTokenKind.Float or RuleTokenKind.Character:
                Advance();
                return new RuleExpression.Literal(start.Kind, start.Text);
            case RuleTokenKind.Operator when start.Text == "(":
                Advance();
                Enter();
                var inner = Expression(1);
                depth--;
                Expect(")");
                return new RuleExpression.Parentheses(inner);
            default:
                throw Expected("operand");
        }
    }

    private List<RuleExpression> Arguments()
    {
        var arguments = new List<RuleExpression>();
        Enter();
        while (!token.Is(")") && token.Kind != RuleTokenKind.End)
        {
            arguments.Add(Expression(1));
            if (token.Is("..."))
            {
                Advance();
            }

            if (!IsAnother(")", "argument list"))
            {
                break;
            }

            Advance();
        }

        depth--;
        Expect(")");
        return arguments;
    }

    private void Elements()
    {
        while (!token.Is("}") && token.Kind != RuleTokenKind.End)
        {
            Expression(1);
            if (!IsAnother("}", "composite literal"))
            {
                break;
            }

            Advance();
        }

        Expect("}");
    }

    private bool IsAnother(string close, string context)
    {
        if (token.Is(","))
        {
            return true;
        }

        if (token.Is(close))
        {
            return false;
        }

        throw lexer.Fault(token.Offset, token.Kind == RuleTokenKind.LineEnd ? $"missing ',' before newline in {context}" : $"missing ',' in {context}");
    }

    private void Expect(string op)
    {
        if (!token.Is(op))
        {
            throw Expected($"'{op}'");
        }

        Advance();
    }
}
