namespace Ingress.Proxy.Configuration.Templating;

/// <summary>Cuts a template into tokens; what cannot be read becomes a last token of kind <see cref="TemplateTokenKind.Error"/>.</summary>
internal sealed class TemplateLexer
{
    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "block", "break", "continue", "define", "else", "end", "if", "range", "template", "with",
    };

    private readonly string text;
    private readonly List<TemplateToken> tokens = [];
    private int at;
    private int parentheses;

    private TemplateLexer(string text)
    {
        this.text = text;
    }

    public static List<TemplateToken> Read(string text)
    {
        var lexer = new TemplateLexer(text);
        while (lexer.ReadText() && lexer.ReadAction())
        {
            // Text and action take turns until one of them ends the template.
        }

        return lexer.tokens;
    }

    private bool Fail(string message, int position)
    {
        tokens.Add(new TemplateToken(TemplateTokenKind.Error, message, position));
        return false;
    }

    private bool Add(TemplateTokenKind kind, int start)
    {
        tokens.Add(new TemplateToken(kind, text[start..at], start));
        return true;
    }

    /// <summary>Reads up to the next action that is not a comment; false where the template ends.</summary>
    private bool ReadText()
    {
        while (true)
        {
            var start = at;
            var open = text.IndexOf("{{", start, StringComparison.Ordinal);
            var end = open < 0 ? text.Length : open;
            var trims = open >= 0 && HasLeftTrim(open + 2);
            AddText(start, trims ? start + text.AsSpan(start, end - start).TrimEnd(" \t\r\n").Length : end);
            if (open < 0)
            {
                tokens.Add(new TemplateToken(TemplateTokenKind.EndOfText, "", text.Length));
                return false;
            }

            var inner = open + (trims ? 4 : 2);
            if (string.CompareOrdinal(text, inner, "/*", 0, 2) != 0)
            {
                at = open + 2;
                Add(TemplateTokenKind.LeftDelimiter, open);
                at = inner - (trims ? 1 : 0);
                parentheses = 0;
                return true;
            }

            if (!SkipComment(open, inner))
            {
                return false;
            }
        }
    }

    private void AddText(int start, int end)
    {
        if (end > start)
        {
            tokens.Add(new TemplateToken(TemplateTokenKind.Text, text[start..end], start));
        }
    }

    private bool SkipComment(int open, int inner)
    {
        var close = text.IndexOf("*/", inner + 2, StringComparison.Ordinal);
        if (close < 0)
        {
            return Fail("unclosed comment", open);
        }

        at = close + 2;
        return TryReadRightDelimiter(out _, add: false) || Fail("comment ends before closing delimiter", open);
    }

    private bool HasLeftTrim(int at) => at + 1 < text.Length && text[at] == '-' && IsSpace(text[at + 1]);

    /// <summary>Reads <c>}}</c> or <c> -}}</c>; after the latter white space is skipped.</summary>
    private bool TryReadRightDelimiter(out bool trims, bool add)
    {
        var start = at;
        trims = at + 3 < text.Length && IsSpace(text[at]) && string.CompareOrdinal(text, at + 1, "-}}", 0, 3) == 0;
        if (!trims && string.CompareOrdinal(text, at, "}}", 0, 2) != 0)
        {
            return false;
        }

        at += trims ? 4 : 2;
        if (add)
        {
            Add(TemplateTokenKind.RightDelimiter, start);
        }

        while (trims && at < text.Length && IsSpace(text[at]))
        {
            at++;
        }

        return true;
    }

    /// <summary>Reads the inside of an action; false where it cannot be read.</summary>
    private bool ReadAction()
    {
        while (true)
        {
            if (TryReadRightDelimiter(out _, add: true))
            {
                return parentheses == 0 || FailBeforeDelimiter();
            }

            if (at >= text.Length)
            {
                return Fail("unclosed action", text.Length);
            }

            if (!ReadToken())
            {
                return false;
            }
        }
    }

    private bool FailBeforeDelimiter()
    {
        var position = tokens[^1].Position;
        tokens.RemoveAt(tokens.Count - 1);
        return Fail("unclosed left paren", position);
    }

    private bool ReadToken()
    {
        var start = at;
        var c = text[at];
        switch (c)
        {
            case var _ when IsSpace(c):
                return ReadSpace();
            case '=':
                at++;
                return Add(TemplateTokenKind.Assign, start);
            case ':':
                at = Math.Min(at + 2, text.Length);
                return text[start..at] == ":=" ? Add(TemplateTokenKind.Declare, start) : Fail("expected :=", start);
            case '|':
                at++;
                return Add(TemplateTokenKind.Pipe, start);
            case '"':
                return ReadQuoted('"', "unterminated quoted string", TemplateTokenKind.Quoted);
            case '\'':
                return ReadQuoted('\'', "unterminated character constant", TemplateTokenKind.CharacterConstant);
            case '`':
                return ReadRawQuoted();
            case '$':
                return ReadName(TemplateTokenKind.Variable);
            case '.' when at + 1 >= text.Length || !char.IsAsciiDigit(text[at + 1]):
                return ReadName(TemplateTokenKind.Field);
            case '.' or '+' or '-' or (>= '0' and <= '9'):
                return ReadNumber();
            case '(':
                at++;
                parentheses++;
                return Add(TemplateTokenKind.LeftParenthesis, start);
            case ')':
                at++;
                return --parentheses < 0 ? Fail("unexpected right paren", start) : Add(TemplateTokenKind.RightParenthesis, start);
            case var _ when IsAlphanumeric(c):
                return ReadIdentifier();
            case > ' ' and < (char)127:
                at++;
                return Add(TemplateTokenKind.Character, start);
            default:
                return Fail($"unrecognized character in action: U+{(int)c:X4} '{c}'", start);
        }
    }

    private bool ReadSpace()
    {
        var start = at;
        while (at < text.Length && IsSpace(text[at]))
        {
            // The last space may belong to a trim marker.
            if (string.CompareOrdinal(text, at + 1, "-}}", 0, 3) == 0)
            {
                break;
            }

            at++;
        }

        return at == start || Add(TemplateTokenKind.Space, start);
    }

    private bool ReadQuoted(char quote, string fault, TemplateTokenKind kind)
    {
        var start = at++;
        for (; at < text.Length && text[at] != '\n'; at++)
        {
            if (text[at] == quote)
            {
                at++;
                return Add(kind, start);
            }

            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] != '\n')
            {
                at++;
            }
        }

        return Fail(fault, start);
    }

    private bool ReadRawQuoted()
    {
        var start = at;
        var end = text.IndexOf('`', start + 1);
        if (end < 0)
        {
            return Fail("unterminated raw quoted string", start);
        }

        at = end + 1;
        return Add(TemplateTokenKind.RawQuoted, start);
    }

    /// <summary>Reads <c>.Field</c> or <c>$name</c>; the mark alone is the dot or the root.</summary>
    private bool ReadName(TemplateTokenKind kind)
    {
        var start = at++;
        while (at < text.Length && IsAlphanumeric(text[at]))
        {
            at++;
        }

        return AtTerminator()
            ? Add(kind == TemplateTokenKind.Field && at == start + 1 ? TemplateTokenKind.Dot : kind, start)
            : Fail($"bad character U+{(int)text[at]:X4} '{text[at]}'", start);
    }

    private bool ReadIdentifier()
    {
        var start = at;
        while (at < text.Length && IsAlphanumeric(text[at]))
        {
            at++;
        }

        if (!AtTerminator())
        {
            return Fail($"bad character U+{(int)text[at]:X4} '{text[at]}'", start);
        }

        var word = text[start..at];
        return Add(
            word is "true" or "false" ? TemplateTokenKind.Boolean
                : word == "nil" ? TemplateTokenKind.Nil
                : Keywords.Contains(word) ? TemplateTokenKind.Keyword
                : TemplateTokenKind.Identifier,
            start);
    }

    private bool ReadNumber()
    {
        var start = at;
        if (text[at] is '+' or '-')
        {
            at++;
        }

        var digits = "0123456789_";
        var isHexadecimal = false;
        if (at + 1 < text.Length && text[at] == '0' && text[at + 1] is 'x' or 'X' or 'o' or 'O' or 'b' or 'B')
        {
            isHexadecimal = text[at + 1] is 'x' or 'X';
            digits = isHexadecimal ? "0123456789abcdefABCDEF_" : digits;
            at += 2;
        }

        Skip(digits);
        if (at < text.Length && text[at] == '.')
        {
            at++;
            Skip(digits);
        }

        if (!isHexadecimal && at < text.Length && text[at] is 'e' or 'E')
        {
            at += at + 1 < text.Length && text[at + 1] is '+' or '-' ? 2 : 1;
            Skip(digits);
        }

        if (at < text.Length && IsAlphanumeric(text[at]))
        {
            at++;
            return Fail($"bad number syntax: {GoFormat.Quote(text[start..at])}", start);
        }

        return Add(TemplateTokenKind.Number, start);
    }

    private void Skip(string accepted)
    {
        while (at < text.Length && accepted.Contains(text[at], StringComparison.Ordinal))
        {
            at++;
        }
    }

    private bool AtTerminator() =>
        at >= text.Length || IsSpace(text[at]) || text[at] is '.' or ',' or '|' or ':' or ')' or '(' || string.CompareOrdinal(text, at, "}}", 0, 2) == 0;

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n';

    private static bool IsAlphanumeric(char c) => c == '_' || char.IsLetterOrDigit(c);
}
