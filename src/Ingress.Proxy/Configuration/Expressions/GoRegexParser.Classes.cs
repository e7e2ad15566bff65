using System.Globalization;

namespace Ingress.Proxy.Configuration.Expressions;

internal sealed partial class GoRegexParser
{
    private RegexNode.Set Literal(int point)
    {
        var set = new CodePointSet((point, point));
        return new RegexNode.Set(_foldCase ? set.Folded() : set);
    }

    private int ReadCodePoint()
    {
        var point = char.IsHighSurrogate(_text[_at]) && _at + 1 < _text.Length && char.IsLowSurrogate(_text[_at + 1])
            ? char.ConvertToUtf32(_text[_at], _text[_at + 1])
            : _text[_at];
        _at += point > 0xFFFF ? 2 : 1;
        return point;
    }

    private void ParseBackslash(List<RegexNode> parts)
    {
        var next = _at + 1 < _text.Length ? _text[_at + 1] : '\0';
        RegexAssertion? assertion = next switch
        {
            'A' => RegexAssertion.TextStart,
            'z' => RegexAssertion.TextEnd,
            'b' => RegexAssertion.WordBoundary,
            'B' => RegexAssertion.NoWordBoundary,
            _ => null,
        };
        if (assertion is { } kind)
        {
            _at += 2;
            parts.Add(new RegexNode.Assertion(kind));
        }
        else if (next == 'Q')
        {
            ParseQuoted(parts);
        }
        else if (TryReadEscapedClass() is { } set)
        {
            parts.Add(new RegexNode.Set(set));
        }
        else
        {
            parts.Add(Literal(ReadEscape()));
        }
    }

    private void ParseQuoted(List<RegexNode> parts)
    {
        _at += 2;
        var end = _text.IndexOf("\\E", _at, StringComparison.Ordinal);
        var stop = end < 0 ? _text.Length : end;
        while (_at < stop)
        {
            parts.Add(Literal(ReadCodePoint()));
        }

        _at = end < 0 ? stop : end + 2;
    }

    /// <summary>Reads <c>\d</c>, <c>\pL</c> and their like; null where something else follows.</summary>
    private CodePointSet? TryReadEscapedClass()
    {
        if (_at + 1 >= _text.Length)
        {
            return null;
        }

        var letter = _text[_at + 1];
        if (letter is 'p' or 'P')
        {
            return ReadUnicodeClass(letter == 'P');
        }

        if (UnicodeClasses.Perl(char.ToLowerInvariant(letter)) is not { } set)
        {
            return null;
        }

        _at += 2;
        return Finish(set, char.IsAsciiLetterUpper(letter));
    }

    private CodePointSet ReadUnicodeClass(bool negated)
    {
        var start = _at;
        _at += 2;
        if (_at >= _text.Length)
        {
            throw GoRegexException.At("invalid character class range", _text[start..]);
        }

        string name;
        if (_text[_at] == '{')
        {
            var end = _text.IndexOf('}', _at);
            if (end < 0)
            {
                throw GoRegexException.At("invalid character class range", _text[start..]);
            }

            name = _text[(_at + 1)..end];
            _at = end + 1;
        }
        else
        {
            var from = _at;
            ReadCodePoint();
            name = _text[from.._at];
        }

        if (name.StartsWith('^'))
        {
            negated = !negated;
            name = name[1..];
        }

        return UnicodeClasses.Unicode(name) is { } set
            ? Finish(set, negated)
            : throw GoRegexException.At("invalid character class range", _text[start.._at]);
    }

    private CodePointSet Finish(CodePointSet set, bool negated)
    {
        set = _foldCase ? set.Folded() : set;
        return negated ? set.Negated() : set;
    }

    private CodePointSet ParseClass()
    {
        var start = _at++;
        var negated = _at < _text.Length && _text[_at] == '^';
        _at += negated ? 1 : 0;
        var set = new CodePointSet();
        for (var first = true; _at >= _text.Length || _text[_at] != ']' || first; first = false)
        {
            if (_at >= _text.Length)
            {
                throw GoRegexException.At("missing closing ]", _text[start..]);
            }

            if (TryReadPosixClass() is { } posix)
            {
                set.Add(posix);
            }
            else if (_text[_at] == '\\' && TryReadEscapedClass() is { } escaped)
            {
                set.Add(escaped);
            }
            else
            {
                ReadRange(set, start);
            }
        }

        _at++;
        return negated ? set.Negated() : set;
    }

    private CodePointSet? TryReadPosixClass()
    {
        if (string.CompareOrdinal(_text, _at, "[:", 0, 2) != 0)
        {
            return null;
        }

        var end = _text.IndexOf(":]", _at + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var name = _text[(_at + 2)..end];
        var negated = name.StartsWith('^');
        if (UnicodeClasses.Posix(negated ? name[1..] : name) is not { } set)
        {
            throw GoRegexException.At("invalid character class range", _text[_at..(end + 2)]);
        }

        _at = end + 2;
        return Finish(set, negated);
    }

    private void ReadRange(CodePointSet set, int classStart)
    {
        var start = _at;
        var low = ReadClassCharacter(classStart);
        var high = low;
        if (_at + 1 < _text.Length && _text[_at] == '-' && _text[_at + 1] != ']')
        {
            _at++;
            high = ReadClassCharacter(classStart);
            if (high < low)
            {
                throw GoRegexException.At("invalid character class range", _text[start.._at]);
            }
        }

        var range = new CodePointSet((low, high));
        set.Add(_foldCase ? range.Folded() : range);
    }

    private int ReadClassCharacter(int classStart) =>
        _at >= _text.Length ? throw GoRegexException.At("missing closing ]", _text[classStart..])
        : _text[_at] == '\\' ? ReadEscape()
        : ReadCodePoint();

    private int ReadEscape()
    {
        var start = _at++;
        if (_at >= _text.Length)
        {
            throw GoRegexException.At("trailing backslash at end of expression", "");
        }

        var point = ReadCodePoint();
        switch (point)
        {
            case >= '1' and <= '7' when _at >= _text.Length || _text[_at] is < '0' or > '7':
                // A back-reference.
                break;
            case >= '0' and <= '7':
                return ReadOctal(point - '0');
            case 'x':
                return ReadHexadecimal(start);
            case 'a':
                return '\a';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
            case < 0x80 when !char.IsAsciiLetterOrDigit((char)point):
                return point;
        }

        throw GoRegexException.At("invalid escape sequence", _text[start.._at]);
    }

    private int ReadOctal(int value)
    {
        for (var i = 1; i < 3 && _at < _text.Length && _text[_at] is >= '0' and <= '7'; i++)
        {
            value = (value * 8) + _text[_at++] - '0';
        }

        return value;
    }

    private int ReadHexadecimal(int start)
    {
        var braced = _at < _text.Length && _text[_at] == '{';
        _at += braced ? 1 : 0;
        var value = 0;
        var digits = 0;
        while (_at < _text.Length && char.IsAsciiHexDigit(_text[_at]) && (braced || digits < 2) && value <= CodePointSet.Last)
        {
            value = (value * 16) + int.Parse(_text.AsSpan(_at++, 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            digits++;
        }

        var closed = !braced || (_at < _text.Length && _text[_at] == '}' && value <= CodePointSet.Last);
        _at += braced && closed ? 1 : 0;
        return closed && digits >= (braced ? 1 : 2)
            ? value
            : throw GoRegexException.At("invalid escape sequence", _text[start.._at]);
    }
}
