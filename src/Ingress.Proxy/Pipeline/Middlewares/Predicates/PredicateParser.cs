using System.Globalization;
using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Middlewares.Predicates;

/// <summary>
/// Reads the expressions of circuit breakers and of buffering's retries: calls of functions compared with constants, joined by <c>&amp;&amp;</c> and <c>||</c>,
/// spelled as Go expressions.
/// </summary>
internal sealed class PredicateParser
{
    private const string EndToken = "EOF";

    private readonly List<(string Text, object? Value, int Column)> tokens = [];
    private int position;

    private PredicateParser(string text) => Split(text);

    /// <summary>Parses the whole text; throws a <see cref="ConfigurationException"/> with line and column where it is malformed.</summary>
    public static PredicateNode Parse(string text)
    {
        var parser = new PredicateParser(text);
        var node = parser.ParseOr();
        if (parser.Current.Text != EndToken)
        {
            throw parser.Expected(EndToken);
        }

        return node;
    }

    private (string Text, object? Value, int Column) Current => tokens[position];

    private PredicateNode ParseOr()
    {
        var left = ParseAnd();
        while (TryTake("||"))
        {
            left = new LogicNode(false, left, ParseAnd());
        }

        return left;
    }

    private PredicateNode ParseAnd()
    {
        var left = ParseComparison();
        while (TryTake("&&"))
        {
            left = new LogicNode(true, left, ParseComparison());
        }

        return left;
    }

    private PredicateNode ParseComparison()
    {
        var left = ParseOperand();
        if (Current is { Value: null, Text: "<" or "<=" or ">" or ">=" or "==" or "!=" })
        {
            var operation = Current.Text;
            position++;
            return new ComparisonNode(operation, left, ParseOperand());
        }

        return left;
    }

    private PredicateNode ParseOperand()
    {
        var token = Current;
        if (token.Value is not null)
        {
            position++;
            return new LiteralNode(token.Value);
        }

        if (TryTake("("))
        {
            var inner = ParseOr();
            Take(")");
            return inner;
        }

        if (token.Text == EndToken || !char.IsLetter(token.Text[0]))
        {
            throw Expected("operand");
        }

        position++;
        Take("(");
        var arguments = new List<PredicateNode>();
        while (Current.Text is not (")" or EndToken))
        {
            arguments.Add(ParseOperand());
            if (!TryTake(","))
            {
                break;
            }
        }

        Take(")");
        return new CallNode(token.Text, arguments);
    }

    private bool TryTake(string text)
    {
        if (Current.Value is not null || Current.Text != text)
        {
            return false;
        }

        position++;
        return true;
    }

    private void Take(string text)
    {
        if (!TryTake(text))
        {
            throw Expected($"'{text}'");
        }
    }

    private ConfigurationException Expected(string what) => new($"1:{Current.Column}: expected {what}, found '{Current.Text}'");

    private void Split(string text)
    {
        var i = 0;
        while (i < text.Length)
        {
            var start = i;
            var c = text[i];
            if (char.IsWhiteSpace(c))
            {
                i++;
                continue;
            }

            object? value = null;
            if (char.IsAsciiDigit(c) || c == '.')
            {
                i = End(text, i, static c => char.IsAsciiDigit(c) || c == '.');
                value = Number(text[start..i], start);
            }
            else if (char.IsLetter(c) || c == '_')
            {
                i = End(text, i, static c => char.IsLetterOrDigit(c) || c == '_');
            }
            else if (c is '"' or '`')
            {
                var end = text.IndexOf(c, i + 1);
                if (end < 0)
                {
                    throw new ConfigurationException($"1:{start + 1}: string literal not terminated");
                }

                value = text[(start + 1)..end];
                i = end + 1;
            }
            else
            {
                i += i + 1 < text.Length && text.AsSpan(i, 2) is "&&" or "||" or "<=" or ">=" or "==" or "!=" ? 2 : 1;
            }

            tokens.Add((text[start..i], value, start + 1));
        }

        tokens.Add((EndToken, null, text.Length + 1));
    }

    private static int End(string text, int start, Func<char, bool> belongs)
    {
        while (start < text.Length && belongs(text[start]))
        {
            start++;
        }

        return start;
    }

    private static object Number(string text, int start)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
        {
            return whole;
        }

        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ConfigurationException($"1:{start + 1}: \"{text}\" is not a number");
    }
}
