using System.Globalization;
using System.Text;
using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Matching.Rules;

/// <summary>Splits a rule into words as Go's scanner does, with line ends that count only where an expression may end.</summary>
internal sealed class RuleLexer(string rule)
{
    private static readonly string[] Operators =
    [
        "...", "&^=", "<<=", ">>=",
        "&&", "||", "==", "!=", "<=", ">=", "<-", "<<", ">>", "&^", ":=", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=",
        "(", ")", "[", "]", "{", "}", ",", ";", ".", ":", "!", "&", "|", "^", "+", "-", "*", "/", "%", "<", ">", "=", "~",
    ];

    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "break", "case", "chan", "const", "continue", "default", "defer", "else", "fallthrough", "for", "func", "go", "goto", "if", "import", "interface",
        "map", "package", "range", "return", "select", "struct", "switch", "type", "var",
    };

    private int offset;
    private bool lineEndCounts;

    public static bool IsKeyword(string name) => Keywords.Contains(name);

    /// <summary>A fault at an offset, with the line and column that Go would name.</summary>
    public ConfigurationException Fault(int at, string text)
    {
        var line = 1;
        var lineStart = 0;
        for (var i = 0; i < at; i++)
        {
            if (rule[i] == '\n')
            {
                line++;
                lineStart = i + 1;
            }
        }

        var column = Encoding.UTF8.GetByteCount(rule.AsSpan(lineStart, at - lineStart)) + 1;
        return new ConfigurationException(string.Create(CultureInfo.InvariantCulture, $"{line}:{column}: {text}"));
    }

    public RuleToken Next()
    {
        var token = Read();
        lineEndCounts = token.Kind switch
        {
            RuleTokenKind.Name => !IsKeyword(token.Text) || token.Text is "break" or "continue" or "fallthrough" or "return",
            RuleTokenKind.Integer or RuleTokenKind.Float or RuleTokenKind.Character or RuleTokenKind.Text => true,
            RuleTokenKind.Operator => token.Text is ")" or "]" or "}" or "++" or "--",
            _ => false,
        };
        return token;
    }

    private RuleToken Read()
    {
        if (!SkipBlanks(out var lineEnd))
        {
            return new RuleToken(RuleTokenKind.LineEnd, "\n", lineEnd);
        }

        if (offset == rule.Length)
        {
            return new RuleToken(RuleTokenKind.End, "", offset);
        }

        var start = offset;
        var c = rule[offset];
        if (c == '_' || char.IsLetter(c))
        {
            while (offset < rule.Length && (rule[offset] == '_' || char.IsLetterOrDigit(rule[offset])))
            {
                offset++;
            }

            return new RuleToken(RuleTokenKind.Name, rule[start..offset], start);
        }

        if (char.IsAsciiDigit(c) || (c == '.' && offset + 1 < rule.Length && char.IsAsciiDigit(rule[offset + 1])))
        {
            return Number(start);
        }

        return c switch
        {
            '`' => Quoted(start, '`', RuleTokenKind.Text, "raw string literal not terminated"),
            '"' => Quoted(start, '"', RuleTokenKind.Text, "string literal not terminated"),
            '\'' => Quoted(start, '\'', RuleTokenKind.Character, "rune literal not terminated"),
            _ => OperatorAt(start),
        };
    }

    // False where a line ended, or a rule, after something that can end an expression.
    private bool SkipBlanks(out int lineEnd)
    {
        lineEnd = offset;
        while (offset < rule.Length)
        {
            var c = rule[offset];
            if (c == '\n' && lineEndCounts)
            {
                lineEnd = offset++;
                return false;
            }

            if (c is ' ' or '\t' or '\r' or '\n')
            {
                offset++;
                continue;
            }

            if (!SkipComment())
            {
                return true;
            }
        }

        lineEnd = offset;
        return !lineEndCounts;
    }

    private bool SkipComment()
    {
        var rest = rule.AsSpan(offset);
        if (rest.StartsWith("//"))
        {
            var end = rest.IndexOf('\n');
            offset = end < 0 ? rule.Length : offset + end;
            return true;
        }

        if (!rest.StartsWith("/*"))
        {
            return false;
        }

        var close = rest[2..].IndexOf("*/");
        if (close < 0)
        {
            throw Fault(offset, "comment not terminated");
        }

        offset += close + 4;
        return true;
    }

    private RuleToken Number(int start)
    {
        var isFloat = false;
        while (offset < rule.Length && (char.IsAsciiLetterOrDigit(rule[offset]) || rule[offset] is '.' or '_'))
        {
            isFloat |= rule[offset++] == '.';
        }

        return new RuleToken(isFloat ? RuleTokenKind.Float : RuleTokenKind.Integer, rule[start..offset], start);
    }

    private RuleToken Quoted(int start, char quote, RuleTokenKind kind, string unterminated)
    {
        for (offset++; offset < rule.Length; offset++)
        {
            var c = rule[offset];
            if (c == quote)
            {
                offset++;
                return new RuleToken(kind, rule[start..offset], start);
            }

            if (c == '\n' && quote != '`')
            {
                break;
            }

            if (c == '\\' && quote != '`')
            {
                offset++;
            }
        }

        throw Fault(start, unterminated);
    }

    private RuleToken OperatorAt(int start)
    {
        foreach (var op in Operators)
        {
            if (string.CompareOrdinal(rule, offset, op, 0, op.Length) == 0)
            {
                offset += op.Length;
                return new RuleToken(RuleTokenKind.Operator, op, start);
            }
        }

        Rune.DecodeFromUtf16(rule.AsSpan(start), out var rune, out _);
        throw Fault(start, string.Create(CultureInfo.InvariantCulture, $"illegal character U+{rune.Value:X4} '{rune}'"));
    }
}
