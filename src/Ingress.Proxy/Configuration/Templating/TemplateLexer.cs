namespace Ingress.Proxy.Configuration.Templating;

/// <summary>Cuts a template into tokens; what cannot be read becomes a last token of kind <see cref="TemplateTokenKind.Error"/>.</summary>
internal sealed class TemplateLexer
{
    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "block", "break", "continue", "define", "else", "end", "if", "range", "template", "with",
    };

    private readonly string _text;
    private readonly List<TemplateToken> _tokens = [];
    private int _at;
    private int _parentheses;

    private TemplateLexer(string text)
    {
        _text = text;
    }

    public static List<TemplateToken> Read(string text)
    {
        var lexer = new TemplateLexer(text);
        while (lexer.ReadText() && lexer.ReadAction())
        {
            // Text and action take turns until one of them ends the template.
        }

        return lexer._tokens;
    }

    private bool Fail(string message, int position)
    {
        _tokens.Add(new TemplateToken(TemplateTokenKind.Error, message, position));
        return false;
    }

    private bool Add(TemplateTokenKind kind, int start)
    {
        _tokens.Add(new TemplateToken(kind, _text[start.._at], start));
        return true;
    }

    /// <summary>Reads up to the next action that is not a comment; false where the template ends.</summary>
    private bool ReadText()
    {
        while (true)
        {
            var start = _at;
            var open = _text.IndexOf("{{", start, StringComparison.Ordinal);
            var end = open < 0 ? _text.Length : open;
            var trims = open >= 0 && HasLeftTrim(open + 2);
            AddText(start, trims ? start + _text.AsSpan(start, end - start).TrimEnd(" \t\r\n").Length : end);
            if (open < 0)
            {
                _tokens.Add(new TemplateToken(TemplateTokenKind.EndOfText, "", _text.Length));
                return false;
            }

            var inner = open + (trims ? 4 : 2);
            if (string.CompareOrdinal(_text, inner, "/*", 0, 2) != 0)
            {
                _at = open + 2;
                Add(TemplateTokenKind.LeftDelimiter, open);
                _at = inner - (trims ? 1 : 0);
                _parentheses = 0;
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
            _tokens.Add(new TemplateToken(TemplateTokenKind.Text, _text[start..end], start));
        }
    }

    private bool SkipComment(int open, int inner)
    {
        var close = _text.IndexOf("*/", inner + 2, StringComparison.Ordinal);
        if (close < 0)
        {
            return Fail("unclosed comment", open);
        }

        _at = close + 2;
        return TryReadRightDelimiter(out _, add: false) || Fail("comment ends before closing delimiter", open);
    }

    private bool HasLeftTrim(int at) => at + 1 < _text.Length && _text[at] == '-' && IsSpace(_text[at + 1]);

    /// <summary>Reads <c>}}</c> or <c> -}}</c>; after the latter white space is skipped.</summary>
    private bool TryReadRightDelimiter(out bool trims, bool add)
    {
        var start = _at;
        trims = _at + 3 < _text.Length && IsSpace(_text[_at]) && string.CompareOrdinal(_text, _at + 1, "-}}", 0, 3) == 0;
        if (!trims && string.CompareOrdinal(_text, _at, "}}", 0, 2) != 0)
        {
            return false;
        }

        _at += trims ? 4 : 2;
        if (add)
        {
            Add(TemplateTokenKind.RightDelimiter, start);
        }

        while (trims && _at < _text.Length && IsSpace(_text[_at]))
        {
            _at++;
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
                return _parentheses == 0 || FailBeforeDelimiter();
            }

            if (_at >= _text.Length)
            {
                return Fail("unclosed action", _text.Length);
            }

            if (!ReadToken())
            {
                return false;
            }
        }
    }

    private bool FailBeforeDelimiter()
    {
        var position = _tokens[^1].Position;
        _tokens.RemoveAt(_tokens.Count - 1);
        return Fail("unclosed left paren", position);
    }

    private bool ReadToken()
    {
        var start = _at;
        var c = _text[_at];
        switch (c)
        {
            case var _ when IsSpace(c):
                return ReadSpace();
            case '=':
                _at++;
                return Add(TemplateTokenKind.Assign, start);
            case ':':
                _at = Math.Min(_at + 2, _text.Length);
                return _text[start.._at] == ":=" ? Add(TemplateTokenKind.Declare, start) : Fail("expected :=", start);
            case '|':
                _at++;
                return Add(TemplateTokenKind.Pipe, start);
            case '"':
                return ReadQuoted('"', "unterminated quoted string", TemplateTokenKind.Quoted);
            case '\'':
                return ReadQuoted('\'', "unterminated character constant", TemplateTokenKind.CharacterConstant);
            case '`':
                return ReadRawQuoted();
            case '$':
                return ReadName(TemplateTokenKind.Variable);
            case '.' when _at + 1 >= _text.Length || !char.IsAsciiDigit(_text[_at + 1]):
                return ReadName(TemplateTokenKind.Field);
            case '.' or '+' or '-' or (>= '0' and <= '9'):
                return ReadNumber();
            case '(':
                _at++;
                _parentheses++;
                return Add(TemplateTokenKind.LeftParenthesis, start);
            case ')':
                _at++;
                return --_parentheses < 0 ? Fail("unexpected right paren", start) : Add(TemplateTokenKind.RightParenthesis, start);
            case var _ when IsAlphanumeric(c):
                return ReadIdentifier();
            case > ' ' and < (char)127:
                _at++;
                return Add(TemplateTokenKind.Character, start);
            default:
                return Fail($"unrecognized character in action: U+{(int)c:X4} '{c}'", start);
        }
    }

    private bool ReadSpace()
    {
        var start = _at;
        while (_at < _text.Length && IsSpace(_text[_at]))
        {
            // The last space may belong to a trim marker.
            if (string.CompareOrdinal(_text, _at + 1, "-}}", 0, 3) == 0)
            {
                break;
            }

            _at++;
        }

        return _at == start || Add(TemplateTokenKind.Space, start);
    }

    private bool ReadQuoted(char quote, string fault, TemplateTokenKind kind)
    {
        var start = _at++;
        for (; _at < _text.Length && _text[_at] != '\n'; _at++)
        {
            if (_text[_at] == quote)
            {
                _at++;
                return Add(kind, start);
            }

            if (_text[_at] == '\\' && _at + 1 < _text.Length && _text[_at + 1] != '\n')
            {
                _at++;
            }
        }

        return Fail(fault, start);
    }

    private bool ReadRawQuoted()
    {
        var start = _at;
        var end = _text.IndexOf('`', start + 1);
        if (end < 0)
        {
            return Fail("unterminated raw quoted string", start);
        }

        _at = end + 1;
        return Add(TemplateTokenKind.RawQuoted, start);
    }

    /// <summary>Reads <c>.Field</c> or <c>$name</c>; the mark alone is the dot or the root.</summary>
    private bool ReadName(TemplateTokenKind kind)
    {
        var start = _at++;
        while (_at < _text.Length && IsAlphanumeric(_text[_at]))
        {
            _at++;
        }

        return AtTerminator()
            ? Add(kind == TemplateTokenKind.Field && _at == start + 1 ? TemplateTokenKind.Dot : kind, start)
            : Fail($"bad character U+{(int)_text[_at]:X4} '{_text[_at]}'", start);
    }

    private bool ReadIdentifier()
    {
        var start = _at;
        while (_at < _text.Length && IsAlphanumeric(_text[_at]))
        {
            _at++;
        }

        if (!AtTerminator())
        {
            return Fail($"bad character U+{(int)_text[_at]:X4} '{_text[_at]}'", start);
        }

        var word = _text[start.._at];
        return Add(
            word is "true" or "false" ? TemplateTokenKind.Boolean
                : word == "nil" ? TemplateTokenKind.Nil
                : Keywords.Contains(word) ? TemplateTokenKind.Keyword
                : TemplateTokenKind.Identifier,
            start);
    }

    private bool ReadNumber()
    {
        var start = _at;
        if (_text[_at] is '+' or '-')
        {
            _at++;
        }

        var digits = "0123456789_";
        var isHexadecimal = false;
        if (_at + 1 < _text.Length && _text[_at] == '0' && _text[_at + 1] is 'x' or 'X' or 'o' or 'O' or 'b' or 'B')
        {
            isHexadecimal = _text[_at + 1] is 'x' or 'X';
            digits = isHexadecimal ? "0123456789abcdefABCDEF_" : digits;
            _at += 2;
        }

        Skip(digits);
        if (_at < _text.Length && _text[_at] == '.')
        {
            _at++;
            Skip(digits);
        }

        if (!isHexadecimal && _at < _text.Length && _text[_at] is 'e' or 'E')
        {
            _at += _at + 1 < _text.Length && _text[_at + 1] is '+' or '-' ? 2 : 1;
            Skip(digits);
        }

        if (_at < _text.Length && IsAlphanumeric(_text[_at]))
        {
            _at++;
            return Fail($"bad number syntax: {GoFormat.Quote(_text[start.._at])}", start);
        }

        return Add(TemplateTokenKind.Number, start);
    }

    private void Skip(string accepted)
    {
        while (_at < _text.Length && accepted.Contains(_text[_at], StringComparison.Ordinal))
        {
            _at++;
        }
    }

    private bool AtTerminator() =>
        _at >= _text.Length || IsSpace(_text[_at]) || _text[_at] is '.' or ',' or '|' or ':' or ')' or '(' || string.CompareOrdinal(_text, _at, "}}", 0, 2) == 0;

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n';

    private static bool IsAlphanumeric(char c) => c == '_' || char.IsLetterOrDigit(c);
}
